using System.Text.Json.Nodes;

namespace Linkerd.Cli.Commands.Viz.Install;

/// <summary>
/// Policies that let the viz extension scrape the proxies of a namespace whose default is to deny, and the kubelet probe them.
/// Prometheus and metrics-api are both named: which of them scrapes is decided by how the extension was installed.
/// </summary>
internal static class ScrapePolicies
{
    private const string Group = "policy.linkerd.io";
    private static readonly string[] s_scrapers = ["prometheus", "metrics-api"];

    /// <summary>The objects for <paramref name="ns"/>, with the extension in <paramref name="vizNs"/>.</summary>
    public static IReadOnlyList<JsonObject> Of(string ns, string vizNs) =>
    [
        Object("v1beta3", "Server", "proxy-admin", ns, new JsonObject
        {
            ["podSelector"] = new JsonObject { ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "linkerd.io/control-plane-ns", ["operator"] = "Exists" }) },
            ["port"] = "linkerd-admin",
            ["proxyProtocol"] = "HTTP/1",
        }),
        Route("proxy-metrics", ns, "/metrics"),
        Route("proxy-probes", ns, "/live", "/ready"),
        Object("v1alpha1", "MeshTLSAuthentication", "prometheus-scrape", ns, new JsonObject
        {
            ["identityRefs"] = new JsonArray([.. s_scrapers.Select(JsonNode (name) => new JsonObject { ["kind"] = "ServiceAccount", ["name"] = name, ["namespace"] = vizNs })]),
        }),
        Authorization("prometheus-scrape", ns, "proxy-metrics", new JsonObject { ["group"] = Group, ["kind"] = "MeshTLSAuthentication", ["name"] = "prometheus-scrape" }),
        Authorization("proxy-probes", ns, "proxy-probes", new JsonObject { ["group"] = Group, ["kind"] = "NetworkAuthentication", ["name"] = "kubelet", ["namespace"] = vizNs }),
    ];

    private static JsonObject Route(string name, string ns, params string[] paths) => Object("v1beta3", "HTTPRoute", name, ns, new JsonObject
    {
        ["parentRefs"] = new JsonArray(new JsonObject { ["group"] = Group, ["kind"] = "Server", ["name"] = "proxy-admin" }),
        ["rules"] = new JsonArray(new JsonObject { ["matches"] = new JsonArray([.. paths.Select(JsonNode (path) => new JsonObject { ["path"] = new JsonObject { ["value"] = path } })]) }),
    });

    private static JsonObject Authorization(string name, string ns, string route, JsonObject authentication) => Object("v1alpha1", "AuthorizationPolicy", name, ns, new JsonObject
    {
        ["targetRef"] = new JsonObject { ["group"] = Group, ["kind"] = "HTTPRoute", ["name"] = route },
        ["requiredAuthenticationRefs"] = new JsonArray(authentication),
    });

    private static JsonObject Object(string version, string kind, string name, string ns, JsonObject spec) => new()
    {
        ["apiVersion"] = $"{Group}/{version}",
        ["kind"] = kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = ns,
            ["annotations"] = new JsonObject { ["linkerd.io/created-by"] = "linkerd/cli " + LinkerdVersion.Current },
            ["labels"] = new JsonObject { ["linkerd.io/extension"] = "viz" },
        },
        ["spec"] = spec,
    };
}
