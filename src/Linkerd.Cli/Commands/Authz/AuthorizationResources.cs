using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Commands.Authz;

/// <summary>The Servers of a namespace, and what authorizes clients of them.</summary>
internal sealed class AuthorizationResources
{
    private const string PolicyGroup = "policy.linkerd.io";
    private const string GatewayGroup = "gateway.networking.k8s.io";

    private readonly List<JsonObject> _servers = [];
    private readonly List<JsonObject> _serverAuthorizations = [];
    private readonly List<JsonObject> _policies = [];

    // By group, kind and name: what AuthorizationPolicies refer to.
    private readonly Dictionary<(string Group, string Kind, string Name), JsonObject> _routes = [];

    public static async Task<AuthorizationResources> ReadAsync(KubernetesClient client, string ns, CancellationToken cancel)
    {
        var found = new AuthorizationResources();
        found._servers.AddRange(await ListAsync(client, ns, PolicyGroup, "servers", "Server", ["v1beta3", "v1beta2", "v1beta1"], cancel));
        found._serverAuthorizations.AddRange(await ListAsync(client, ns, PolicyGroup, "serverauthorizations", "ServerAuthorization", ["v1beta1"], cancel));
        found._policies.AddRange(await ListAsync(client, ns, PolicyGroup, "authorizationpolicies", "AuthorizationPolicy", ["v1alpha1"], cancel));
        foreach (var (group, plural, kind, versions) in ((string, string, string, string[])[])
            [(PolicyGroup, "httproutes", "HTTPRoute", ["v1beta3", "v1beta2", "v1beta1"]), (GatewayGroup, "httproutes", "HTTPRoute", ["v1", "v1beta1"]), (GatewayGroup, "grpcroutes", "GRPCRoute", ["v1", "v1alpha2"])])
        {
            foreach (var route in await ListAsync(client, ns, group, plural, kind, versions, cancel))
                found._routes[(group, kind, Name(route))] = route;
        }

        return found;
    }

    /// <summary>The authorizations of every Server that selects pods with any of these labels, sorted.</summary>
    public IReadOnlyList<AuthorizationRow> For(IReadOnlyList<IReadOnlyDictionary<string, string>> pods)
    {
        var rows = new HashSet<AuthorizationRow>();
        foreach (var server in _servers.Where(s => s["spec"]?["podSelector"] is JsonObject selector && pods.Any(p => Selectors.Matches(Read(selector), p))))
        {
            var name = Name(server);
            rows.UnionWith(_serverAuthorizations.Where(a => Selects(a, server)).Select(a => new AuthorizationRow("*", name, "-", Name(a))));
            foreach (var policy in _policies)
            {
                if (RouteOf(policy, name) is { } route)
                    rows.Add(new AuthorizationRow(route, name, Name(policy), "-"));
            }
        }

        return [.. rows.OrderBy(r => r.Route, StringComparer.Ordinal).ThenBy(r => r.Server, StringComparer.Ordinal)
            .ThenBy(r => r.AuthorizationPolicy, StringComparer.Ordinal).ThenBy(r => r.ServerAuthorization, StringComparer.Ordinal)];
    }

    private static bool Selects(JsonObject authorization, JsonObject server)
    {
        var reference = authorization["spec"]?["server"];
        if (reference?["name"]?.GetValue<string>() is { } name)
            return name == Name(server);
        return reference?["selector"] is JsonObject selector
            && Selectors.Matches(Read(selector), (server["metadata"]?["labels"] as JsonObject ?? []).ToDictionary(l => l.Key, l => l.Value?.GetValue<string>() ?? ""));
    }

    /// <summary>What of the Server an AuthorizationPolicy is about: a route, <c>*</c>, or null for nothing.</summary>
    private string? RouteOf(JsonObject policy, string server)
    {
        if (policy["spec"]?["targetRef"] is not JsonObject target)
            return null;
        var (group, kind, name) = (Text(target, "group"), Text(target, "kind"), Text(target, "name"));
        if (group is "" or "core" && kind == "Namespace")
            return "*";
        if (group == PolicyGroup && kind == "Server")
            return name == server ? "*" : null;
        return _routes.TryGetValue((group, kind, name), out var route) && IsAttached(route, server) ? name : null;
    }

    private static bool IsAttached(JsonObject route, string server) =>
        (route["spec"]?["parentRefs"] as JsonArray ?? []).OfType<JsonObject>().Any(p => Text(p, "group") == PolicyGroup && Text(p, "kind") == "Server" && Text(p, "name") == server);

    private static string Text(JsonObject reference, string field) => reference[field]?.GetValue<string>() ?? "";

    private static string Name(JsonObject resource) => resource["metadata"]?["name"]?.GetValue<string>() ?? "";

    private static LabelSelector? Read(JsonObject selector) => JsonSerializer.Deserialize(selector, KubernetesJson.Default.LabelSelector);

    /// <summary>All resources of the newest version that is served; none where the kind is unknown.</summary>
    private static async Task<IReadOnlyList<JsonObject>> ListAsync(KubernetesClient client, string ns, string group, string plural, string kind, string[] versions, CancellationToken cancel)
    {
        foreach (var version in versions)
        {
            try
            {
                var items = new List<JsonObject>();
                await foreach (var item in client.Dynamic(new GroupVersionResource(group, version, plural), kind, true, ns).ListAllAsync(cancel: cancel))
                    items.Add(item);
                return items;
            }
            catch (KubernetesException e) when (e.IsNotFound)
            {
                // The next older version.
            }
        }

        return [];
    }
}
