using System.Text;
using System.Text.Json.Nodes;

namespace Linkerd.Kubernetes;

/// <summary>Builds a JSON patch (RFC 6902); operations apply in the order they were added.</summary>
public sealed class JsonPatch
{
    private readonly JsonArray _operations = [];

    /// <summary>Number of operations.</summary>
    public int Count => _operations.Count;

    /// <summary>A pointer (RFC 6901) made of unescaped segments.</summary>
    public static string Pointer(params ReadOnlySpan<string> segments)
    {
        var text = new StringBuilder();
        foreach (var segment in segments)
            text.Append('/').Append(Escape(segment));
        return text.ToString();
    }

    /// <summary>Escapes one segment of a pointer: <c>~</c> and <c>/</c>.</summary>
    public static string Escape(string segment) => segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>Adds or replaces a member, or inserts into a list (<c>-</c> appends).</summary>
    public JsonPatch Add(string path, JsonNode? value) => Append("add", path, value, withValue: true);

    /// <summary>Replaces a value that exists.</summary>
    public JsonPatch Replace(string path, JsonNode? value) => Append("replace", path, value, withValue: true);

    /// <summary>Removes a value that exists.</summary>
    public JsonPatch Remove(string path) => Append("remove", path, null, withValue: false);

    /// <summary>Fails the whole patch unless the value is this.</summary>
    public JsonPatch Test(string path, JsonNode? value) => Append("test", path, value, withValue: true);

    /// <summary>The operations as a list; a copy.</summary>
    public JsonArray ToJson() => (JsonArray)_operations.DeepClone();

    /// <summary>The patch as it travels.</summary>
    public byte[] ToUtf8Bytes() => Encoding.UTF8.GetBytes(_operations.ToJsonString());

    public override string ToString() => _operations.ToJsonString();

    private JsonPatch Append(string operation, string path, JsonNode? value, bool withValue)
    {
        var entry = new JsonObject { ["op"] = operation, ["path"] = path };
        if (withValue)
            entry["value"] = value;
        _operations.Add((JsonNode)entry);
        return this;
    }
}
