using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.Viz.Web.Data;

/// <summary>Which policy resources of a namespace apply to a workload: those of its pods' ports, and those of the Services it stands behind.</summary>
internal sealed class PolicyMatch
{
    private readonly IReadOnlyList<JsonObject> _objects;
    private readonly HashSet<(string Kind, string Name)> _found = [];
    private readonly string _namespace;
    private readonly HashSet<string> _services;

    private PolicyMatch(IReadOnlyList<JsonObject> objects, string ns, IEnumerable<string> services)
    {
        _objects = objects;
        _namespace = ns;
        _services = [.. services];
    }

    /// <summary>The objects that apply, in the order in which they were read.</summary>
    public static IReadOnlyList<JsonObject> For(IReadOnlyList<JsonObject> objects, IReadOnlyList<PodFacts> pods, ClusterFacts facts)
    {
        if (pods.Count == 0)
            return [];
        var match = new PolicyMatch(objects, pods[0].Namespace, facts.Services.Where(s => pods.Any(s.Selects)).Select(static s => s.Name));
        match.Servers(pods);
        // Routes hang on servers, policies on both, authentications on policies.
        match.Referring("HTTPRoute", "GRPCRoute");
        match.Referring("AuthorizationPolicy", "ServerAuthorization", "HTTPLocalRateLimitPolicy");
        match.Authentications();
        return [.. objects.Where(o => match._found.Contains((Kind(o), Name(o))) || match.IsProfile(o))];
    }

    private void Servers(IReadOnlyList<PodFacts> pods)
    {
        foreach (var server in _objects.Where(static o => Kind(o) == "Server"))
        {
            var selector = server["spec"]?["podSelector"]?.Deserialize(KubernetesJson.Default.LabelSelector);
            if (selector is not null && pods.Any(p => Selectors.Matches(selector, p.Labels)))
                _found.Add(("Server", Name(server)));
        }
    }

    private void Referring(params string[] kinds)
    {
        foreach (var value in _objects.Where(o => kinds.Contains(Kind(o))))
        {
            var spec = value["spec"];
            var targets = (spec?["parentRefs"] as JsonArray ?? []).Append(spec?["targetRef"]);
            if (targets.Any(Applies) || (Kind(value) == "ServerAuthorization" && SelectsServer(spec?["server"])))
                _found.Add((Kind(value), Name(value)));
        }
    }

    private void Authentications()
    {
        foreach (var policy in _objects.Where(o => Kind(o) == "AuthorizationPolicy" && _found.Contains((Kind(o), Name(o)))).ToList())
        {
            foreach (var reference in policy["spec"]?["requiredAuthenticationRefs"] as JsonArray ?? [])
                _found.Add((PolicyText.Text(reference, "kind"), PolicyText.Text(reference, "name")));
        }
    }

    private bool Applies(JsonNode? reference)
    {
        var kind = PolicyText.Text(reference, "kind");
        var name = PolicyText.Text(reference, "name");
        return reference is not null
            && (_found.Contains((kind, name)) || (kind is "Service" or "" && _services.Contains(name)) || (kind == "Namespace" && name == _namespace));
    }

    private bool SelectsServer(JsonNode? server)
    {
        if (PolicyText.Text(server, "name") is { Length: > 0 } name)
            return _found.Contains(("Server", name));
        var selector = server?["selector"]?.Deserialize(KubernetesJson.Default.LabelSelector);
        return selector is not null && _objects.Any(o => Kind(o) == "Server" && _found.Contains(("Server", Name(o)))
            && Selectors.Matches(selector, o["metadata"]?["labels"]?.AsObject().ToDictionary(static p => p.Key, static p => p.Value?.ToString() ?? "")));
    }

    private bool IsProfile(JsonObject value)
    {
        if (Kind(value) != "ServiceProfile")
            return false;
        // Named by the Service's full name: web-svc.emojivoto.svc.cluster.local.
        var parts = Name(value).Split('.');
        return parts.Length > 1 && parts[1] == _namespace && _services.Contains(parts[0]);
    }

    private static string Kind(JsonObject value) => PolicyText.Text(value, "kind");

    private static string Name(JsonObject value) => PolicyText.Text(value["metadata"], "name");
}
