using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Tells clients what is served: the classic documents, and the aggregated one of newer clients.</summary>
internal sealed class Discovery(ApiCore core)
{
    private static readonly string[] StatusVerbs = ["get", "patch", "update"];

    /// <summary>Answers a discovery path, or false.</summary>
    public async Task<bool> TryHandleAsync(ApiRequest request)
    {
        var parts = request.Path.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["apis"] or ["apis", _]) await core.Aggregation.RefreshAsync(request.Cancellation);
        var document = parts switch
        {
            ["api"] => Aggregated(request) ? AggregatedList(core: true) : CoreVersions(),
            ["apis"] => Aggregated(request) ? AggregatedList(core: false) : GroupList(),
            ["api", "v1"] => ResourceList("", "v1"),
            ["apis", var group] => Group(group),
            ["apis", var group, var version] => ResourceList(group, version),
            _ => null,
        };
        if (document is null) return false;
        if (request.Path.Verb is not ("get" or "head")) throw ApiException.MethodNotAllowed();
        if (document.Str("kind") == "APIGroupDiscoveryList")
        {
            request.Http.Response.Headers.Vary = "Accept";
            await ResponseWriter.WriteBytesAsync(request, 200, document.ToUtf8(), "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        }
        else
        {
            Negotiation.Choose(request.Http.Request, allowTransforms: false);
            await ResponseWriter.WriteAsync(request, 200, document);
        }
        return true;
    }

    // A group whose server has not told its resources yet is left to the classic documents: asking for those makes it known.
    private bool Aggregated(ApiRequest request) =>
        core.Aggregation.AllKnown && request.Http.Request.Headers.Accept.ToString().Contains("g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", StringComparison.Ordinal);

    private static JsonObject CoreVersions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = Json.ArrayOf(["v1"]),
        ["serverAddressByClientCIDRs"] = new JsonArray(),
    };

    private JsonObject GroupList()
    {
        var groups = new JsonArray();
        foreach (var group in Groups().Where(g => g.Length > 0)) groups.Add((JsonNode)GroupNode(group, withKind: false));
        return new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = groups };
    }

    private JsonObject? Group(string group) => Groups().Contains(group) ? GroupNode(group, withKind: true) : null;

    private JsonObject GroupNode(string group, bool withKind)
    {
        var versions = new JsonArray();
        foreach (var version in VersionsOf(group)) versions.Add((JsonNode)GroupVersion(group, version));
        var node = new JsonObject();
        if (withKind)
        {
            node["kind"] = "APIGroup";
            node["apiVersion"] = "v1";
        }
        node["name"] = group;
        node["preferredVersion"] = versions[0].Copy();
        node["versions"] = versions;
        return node;
    }

    private static JsonObject GroupVersion(string group, string version) =>
        new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };

    private IEnumerable<string> Groups() => core.Registry.All.Select(r => r.Group).Concat(core.Aggregation.Groups().Select(g => g.Group)).Distinct();

    private IEnumerable<string> VersionsOf(string group) =>
        core.Registry.All.Where(r => r.Group == group).SelectMany(r => r.Versions).Select(v => v.Name)
            .Concat(core.Aggregation.Groups().Where(g => g.Group == group).Select(g => g.Version))
            .Distinct().OrderByDescending(VersionRank.Of);

    private JsonObject? ResourceList(string group, string version)
    {
        var resources = new JsonArray();
        foreach (var resource in core.Registry.All.Where(r => r.Group == group && r.Version(version) is not null).OrderBy(r => r.Plural, StringComparer.Ordinal))
        {
            resources.Add((JsonNode)Entry(resource));
            foreach (var (name, kind, subGroup, subVersion, verbs) in Subresources(resource, resource.Version(version)!))
            {
                var entry = new JsonObject { ["name"] = $"{resource.Plural}/{name}", ["singularName"] = "", ["namespaced"] = resource.Namespaced };
                if (subGroup != resource.Group || (subVersion.Length > 0 && subVersion != version))
                {
                    if (subGroup.Length > 0) entry["group"] = subGroup;
                    entry["version"] = subVersion;
                }
                entry["kind"] = kind;
                entry["verbs"] = Json.ArrayOf(verbs);
                resources.Add((JsonNode)entry);
            }
        }
        if (resources.Count == 0) return null;
        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = resources,
        };
    }

    private static JsonObject Entry(ResourceInfo resource)
    {
        var entry = new JsonObject
        {
            ["name"] = resource.Plural,
            ["singularName"] = resource.Singular,
            ["namespaced"] = resource.Namespaced,
            ["kind"] = resource.Kind,
            ["verbs"] = Json.ArrayOf(resource.Verbs),
        };
        if (resource.ShortNames.Count > 0) entry["shortNames"] = Json.ArrayOf(resource.ShortNames);
        if (resource.Categories.Count > 0) entry["categories"] = Json.ArrayOf(resource.Categories);
        return entry;
    }

    private static IEnumerable<(string Name, string Kind, string Group, string Version, string[] Verbs)> Subresources(ResourceInfo resource, ResourceVersionInfo version)
    {
        var all = resource.Subresources.ToList();
        if (version.Scale is not null) all.Add(("scale", "Scale", "autoscaling", "v1", StatusVerbs));
        if (version.HasStatus) all.Add(("status", resource.Kind, resource.Group, "", StatusVerbs));
        return all.OrderBy(s => s.Item1, StringComparer.Ordinal);
    }

    private JsonObject AggregatedList(bool core)
    {
        var items = new JsonArray();
        foreach (var group in Groups().Where(g => g.Length == 0 == core)) items.Add((JsonNode)AggregatedGroup(group));
        return new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = "apidiscovery.k8s.io/v2",
            ["metadata"] = new JsonObject(),
            ["items"] = items,
        };
    }

    private JsonObject AggregatedGroup(string group)
    {
        var versions = new JsonArray();
        foreach (var version in VersionsOf(group))
        {
            var resources = new JsonArray();
            foreach (var resource in core.Registry.All.Where(r => r.Group == group && r.Version(version) is not null).OrderBy(r => r.Plural, StringComparer.Ordinal))
                resources.Add((JsonNode)AggregatedEntry(resource, version));
            if (resources.Count == 0) resources = core.Aggregation.Discovered(group, version);
            versions.Add((JsonNode)new JsonObject { ["version"] = version, ["resources"] = resources, ["freshness"] = "Current" });
        }
        var metadata = new JsonObject();
        if (group.Length > 0) metadata["name"] = group;
        return new JsonObject { ["metadata"] = metadata, ["versions"] = versions };
    }

    private static JsonObject AggregatedEntry(ResourceInfo resource, string version)
    {
        var entry = new JsonObject
        {
            ["resource"] = resource.Plural,
            ["responseKind"] = Kind(resource.Group, version, resource.Kind),
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = Json.ArrayOf(resource.Verbs),
        };
        if (resource.ShortNames.Count > 0) entry["shortNames"] = Json.ArrayOf(resource.ShortNames);
        if (resource.Categories.Count > 0) entry["categories"] = Json.ArrayOf(resource.Categories);
        var subresources = new JsonArray();
        foreach (var (name, kind, group, subVersion, verbs) in Subresources(resource, resource.Version(version)!))
            subresources.Add((JsonNode)new JsonObject
            {
                ["subresource"] = name,
                ["responseKind"] = Kind(group, subVersion.Length == 0 ? version : subVersion, kind),
                ["verbs"] = Json.ArrayOf(verbs),
            });
        if (subresources.Count > 0) entry["subresources"] = subresources;
        return entry;
    }

    private static JsonObject Kind(string group, string version, string kind) => new() { ["group"] = group, ["version"] = version, ["kind"] = kind };
}
