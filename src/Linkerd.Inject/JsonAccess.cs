using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Inject;

/// <summary>Reads loosely typed resources: what is absent or of another type reads as nothing, the API server is who validates.</summary>
internal static class JsonAccess
{
    public static JsonObject? Object(this JsonNode? node, string key) => (node as JsonObject)?[key] as JsonObject;

    public static JsonArray? Array(this JsonNode? node, string key) => (node as JsonObject)?[key] as JsonArray;

    public static string? String(this JsonNode? node, string key) =>
        (node as JsonObject)?[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static bool? Bool(this JsonNode? node, string key) =>
        (node as JsonObject)?[key] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    public static int? Int(this JsonNode? node, string key) =>
        (node as JsonObject)?[key] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? value.TryGetValue<int>(out var number) ? number : value.TryGetValue<long>(out var wide) && wide is > int.MinValue and < int.MaxValue ? (int)wide : null
            : null;

    public static IEnumerable<JsonObject> Objects(this JsonNode? node, string key) =>
        node.Array(key)?.OfType<JsonObject>() ?? [];

    public static SortedDictionary<string, string> StringMap(this JsonNode? node, string key)
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in node.Object(key) ?? [])
        {
            if (value is JsonValue scalar && scalar.TryGetValue<string>(out var text))
                map[name] = text;
        }
        return map;
    }
}
