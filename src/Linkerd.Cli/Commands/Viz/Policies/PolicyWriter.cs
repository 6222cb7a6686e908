using System.Globalization;
using System.Text.Json.Nodes;

namespace Linkerd.Cli.Commands.Viz.Policies;

/// <summary>
/// Writes the policies that let in what was observed and nothing else: for each port a Server, where it has none; for each set of clients an
/// HTTPRoute with what they ask, and an AuthorizationPolicy that names them.
/// </summary>
internal sealed class PolicyWriter(PolicyTarget target, int routeLimit, bool exactPaths)
{
    // Bounds of the HTTPRoute resource.
    private const int MaxMatches = 8;
    private const int MaxRules = 16;
    private const int MaxPathLength = 1024;
    private const string Group = "policy.linkerd.io";
    private static readonly string[] s_methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

    private readonly List<JsonObject> _documents = [];
    private readonly HashSet<string> _names = [];

    /// <summary>Whether an HTTPRoute can say what was asked; <c>OPTIONS *</c> and methods of one's own it cannot.</summary>
    public static bool CanSay(ObservedRequest request) =>
        s_methods.Contains(request.Method) && request.Path.StartsWith('/') && request.Path.Length <= MaxPathLength;

    /// <summary>The documents, port by port.</summary>
    public IReadOnlyList<JsonObject> Write(IEnumerable<ObservedRequest> observed)
    {
        foreach (var port in observed.Where(CanSay).GroupBy(static r => r.Port).OrderBy(static p => p.Key))
        {
            var asked = port.Where(r => !target.IsProbe(r)).ToArray();
            if (asked.Length > 0)
                WritePort(port.Key, asked);
        }

        return _documents;
    }

    private void WritePort(int port, ObservedRequest[] asked)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{target.Name}-{port}");
        var server = asked.FirstOrDefault(static r => r.Server.Length > 0)?.Server;
        if (server is null)
        {
            server = Name(prefix);
            Add("v1beta3", "Server", server, new JsonObject { ["podSelector"] = target.Selector.DeepClone(), ["port"] = port, ["accessPolicy"] = "deny" });
        }

        var patterns = PathPattern.Of([.. asked.Select(static r => r.Path)], routeLimit, exactPaths);
        var calls = asked.GroupBy(r => (r.Method, Path: patterns[r.Path])).OrderBy(static c => c.Key.Path).ThenBy(static c => c.Key.Method, StringComparer.Ordinal);
        // Whoever may ask the same is let in by the same route.
        foreach (var clients in calls.GroupBy(static c => string.Join('\n', c.Select(static r => r.Client).Distinct().Order(StringComparer.Ordinal)), static c => c))
            WriteRoute(prefix, server, [.. clients.Select(static c => c.Key)], [.. clients.First()]);
        if (target.Probes.Where(p => p.Port == port).Select(static p => p.Path).Order(StringComparer.Ordinal).ToArray() is { Length: > 0 } probes)
            WriteProbes(prefix, server, probes);
    }

    private void WriteRoute(string prefix, string server, (string Method, PathPattern Path)[] calls, ObservedRequest[] clients)
    {
        string[] identities = [.. clients.Select(static c => c.Identity).Where(static i => i.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        string[] addresses = [.. clients.Where(static c => c.Identity.Length == 0).Select(static c => c.Address).Distinct().Order(StringComparer.Ordinal)];
        var name = Name($"{prefix}-{Suffix(identities, addresses)}");
        // An AuthorizationPolicy asks for all that it names, so identities and networks each have their own.
        var authentications = new List<(string Kind, string Name)>();
        if (identities.Length > 0)
        {
            authentications.Add(("MeshTLSAuthentication", name));
            Add("v1alpha1", "MeshTLSAuthentication", name, Identities(identities));
        }

        if (addresses.Length > 0)
        {
            authentications.Add(("NetworkAuthentication", name));
            Add("v1alpha1", "NetworkAuthentication", name, new JsonObject { ["networks"] = new JsonArray([.. addresses.Select(static JsonNode (a) => new JsonObject { ["cidr"] = a + (a.Contains(':', StringComparison.Ordinal) ? "/128" : "/32") })]) });
        }

        var part = 0;
        foreach (var some in calls.Chunk(MaxMatches * MaxRules))
        {
            var route = part++ == 0 ? name : Name(name);
            Add("v1beta3", "HTTPRoute", route, Route(server, some));
            foreach (var (kind, authentication) in authentications)
                Authorize(kind == "NetworkAuthentication" && authentications.Count > 1 ? route + "-network" : route, route, kind, authentication);
        }
    }

    // The kubelet has no identity, and comes from the node.
    private void WriteProbes(string prefix, string server, string[] paths)
    {
        var name = Name(prefix + "-probes");
        Add("v1alpha1", "NetworkAuthentication", name, new JsonObject { ["networks"] = new JsonArray(new JsonObject { ["cidr"] = "0.0.0.0/0" }, new JsonObject { ["cidr"] = "::/0" }) });
        Add("v1beta3", "HTTPRoute", name, Route(server, [.. paths.Select(static p => ("GET", new PathPattern("Exact", p)))]));
        Authorize(name, name, "NetworkAuthentication", name);
    }

    private void Authorize(string name, string route, string kind, string authentication) => Add("v1alpha1", "AuthorizationPolicy", name, new JsonObject
    {
        ["targetRef"] = new JsonObject { ["group"] = Group, ["kind"] = "HTTPRoute", ["name"] = route },
        ["requiredAuthenticationRefs"] = new JsonArray(new JsonObject { ["group"] = Group, ["kind"] = kind, ["name"] = authentication }),
    });

    private static JsonObject Route(string server, (string Method, PathPattern Path)[] calls) => new()
    {
        ["parentRefs"] = new JsonArray(new JsonObject { ["group"] = Group, ["kind"] = "Server", ["name"] = server }),
        ["rules"] = new JsonArray(
        [
            .. calls.Chunk(MaxMatches).Select(static JsonNode (some) => new JsonObject
            {
                ["matches"] = new JsonArray(
                [
                    .. some.Select(static JsonNode (c) => new JsonObject { ["method"] = c.Method, ["path"] = new JsonObject { ["type"] = c.Path.Type, ["value"] = c.Path.Value } }),
                ]),
            }),
        ]),
    };

    // ServiceAccounts go with the cluster's trust domain, identities of another form stand as they are.
    private static JsonObject Identities(string[] identities)
    {
        var accounts = identities.Select(ObservedRequest.AccountOf).ToArray();
        return Array.TrueForAll(accounts, static a => a is not null)
            ? new JsonObject { ["identityRefs"] = new JsonArray([.. accounts.Select(static JsonNode (a) => new JsonObject { ["kind"] = "ServiceAccount", ["name"] = a!.Value.Name, ["namespace"] = a.Value.Namespace })]) }
            : new JsonObject { ["identities"] = new JsonArray([.. identities.Select(static JsonNode (i) => i)]) };
    }

    private string Suffix(string[] identities, string[] addresses) => (identities, addresses) switch
    {
        ([var one], []) when ObservedRequest.AccountOf(one) is var (ns, account) => ns == target.Namespace ? account : $"{account}-{ns}",
        ([], _) => "network",
        _ => "clients",
    };

    private string Name(string wanted)
    {
        var name = wanted;
        for (var i = 2; !_names.Add(name); i++)
            name = string.Create(CultureInfo.InvariantCulture, $"{wanted}-{i}");
        return name;
    }

    private void Add(string version, string kind, string name, JsonObject spec) => _documents.Add(new JsonObject
    {
        ["apiVersion"] = $"{Group}/{version}",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = target.Namespace },
        ["spec"] = spec,
    });
}
