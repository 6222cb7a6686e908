using System.Text.Json.Nodes;

namespace Linkerd.Inject.Patch;

/// <summary>Gathers the operations of a JSON patch (RFC 6902); injection only ever adds.</summary>
internal sealed class PatchBuilder(string prefix)
{
    private readonly JsonArray _operations = [];

    public JsonArray Operations => _operations;

    public void Add(string path, JsonNode value) =>
        _operations.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = prefix + path, ["value"] = value });

    /// <summary>Adds under a key that may hold slashes, as annotation keys do.</summary>
    public void AddMember(string path, string key, string value) =>
        Add($"{path}/{key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", value);
}
