using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;

namespace Linkerd.Local.Schema.OpenApi;

/// <summary>Builds the OpenAPI documents of what is registered, and keeps them until that changes.</summary>
internal sealed class OpenApiDocuments(ResourceRegistry registry)
{
    private readonly ConcurrentDictionary<string, (long Generation, byte[] Bytes)> _cache = new();

    /// <summary>Version 2 as JSON.</summary>
    public byte[] Two() => Cached("v2", () => BuildTwo().ToUtf8());

    /// <summary>Version 2 as protobuf.</summary>
    public byte[] TwoProtobuf() => Cached("v2.pb", () => OpenApiProtobuf.Encode(BuildTwo()));

    /// <summary>The list of version 3 documents.</summary>
    public byte[] ThreeIndex() => Cached("v3", () =>
    {
        var paths = new JsonObject();
        foreach (var (group, version) in GroupVersions())
        {
            var path = PathOf(group, version);
            var hash = Convert.ToHexString(SHA256.HashData(Three(group, version)!)[..16]);
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={hash}" };
        }
        return new JsonObject { ["paths"] = paths }.ToUtf8();
    });

    /// <summary>The version 3 document of one group and version, or null.</summary>
    public byte[]? Three(string group, string version) =>
        GroupVersions().Contains((group, version)) ? Cached($"v3/{group}/{version}", () => BuildThree(group, version).ToUtf8()) : null;

    private static string PathOf(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";

    private IEnumerable<(string Group, string Version)> GroupVersions() => registry.All.SelectMany(r => r.Versions.Select(v => (r.Group, v.Name))).Distinct();

    private byte[] Cached(string key, Func<byte[]> build)
    {
        var generation = registry.Generation;
        if (_cache.TryGetValue(key, out var entry) && entry.Generation == generation) return entry.Bytes;
        var bytes = build();
        _cache[key] = (generation, bytes);
        return bytes;
    }

    private JsonObject BuildTwo()
    {
        var definitions = new JsonObject();
        foreach (var (name, schema) in OpenApiTypes.Scalars()) definitions[name] = schema;
        foreach (var type in TypeTable.Instance.All) definitions[type.FullName] = OpenApiTypes.Of(type, OpenApiTypes.Definitions);
        var paths = new JsonObject();
        foreach (var resource in registry.All)
            foreach (var version in resource.Versions)
            {
                AddKind(definitions, resource, version, OpenApiTypes.Definitions);
                OpenApiPaths.Add(paths, resource, version, three: false);
            }
        return new JsonObject { ["swagger"] = "2.0", ["info"] = Info(), ["paths"] = paths, ["definitions"] = definitions };
    }

    // Two versions may share one type, which then carries both kinds.
    private static void AddKind(JsonObject schemas, ResourceInfo resource, ResourceVersionInfo version, string prefix)
    {
        var name = OpenApiTypes.NameOf(resource, version);
        if (schemas[name].Arr("x-kubernetes-group-version-kind") is { } kinds) kinds.Add((JsonNode)OpenApiTypes.Kind(resource, version));
        else schemas[name] = OpenApiTypes.Of(resource, version, prefix);
    }

    private JsonObject BuildThree(string group, string version)
    {
        var schemas = new JsonObject();
        var paths = new JsonObject();
        var needed = new Queue<SchemaType>();
        foreach (var resource in registry.All.Where(r => r.Group == group))
        {
            if (resource.Version(version) is not { } served) continue;
            AddKind(schemas, resource, served, OpenApiTypes.Components);
            OpenApiPaths.Add(paths, resource, served, three: true);
            needed.Enqueue(served.Type ?? TypeTable.Instance.Get("meta.ObjectMeta"));
        }
        needed.Enqueue(TypeTable.Instance.Get("meta.ObjectMeta"));
        foreach (var (name, schema) in OpenApiTypes.Scalars()) schemas[name] = schema;
        var seen = new HashSet<SchemaType>();
        while (needed.TryDequeue(out var type))
        {
            if (!seen.Add(type)) continue;
            if (!schemas.ContainsKey(type.FullName)) schemas[type.FullName] = OpenApiTypes.Of(type, OpenApiTypes.Components);
            foreach (var field in type.Fields.Values)
                if (Innermost(field.Type).Object is { } inner) needed.Enqueue(inner);
        }
        return new JsonObject { ["openapi"] = "3.0.0", ["info"] = Info(), ["paths"] = paths, ["components"] = new JsonObject { ["schemas"] = schemas } };
    }

    private static FieldType Innermost(FieldType type)
    {
        while (type.Element is { } element) type = element;
        return type;
    }

    private static JsonObject Info() => new() { ["title"] = "Kubernetes", ["version"] = "unversioned" };
}
