using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Linkerd.Conformance;

/// <summary>
/// Holds an answer against expectations: a path (dots, or slashes when it begins with one; numbers index lists; <c>#</c> counts) and a value:
/// null for absent, <c>*</c> for present, <c>~pattern</c> for a regular expression, else equality.
/// </summary>
public static class Matching
{
    /// <summary>What does not fit, or null.</summary>
    public static string? Mismatch(JsonNode? actual, JsonObject expected)
    {
        foreach (var (path, value) in expected)
        {
            var found = Find(actual, path);
            if (!Fits(found, value)) return $"{path} is {found?.ToJsonString() ?? "absent"}, expected {value?.ToJsonString() ?? "absent"}";
        }
        return null;
    }

    public static JsonNode? Find(JsonNode? node, string path)
    {
        foreach (var part in path.StartsWith('/') ? path[1..].Split('/') : path.Split('.'))
        {
            node = part switch
            {
                "#" => JsonValue.Create((node as JsonArray)?.Count ?? (node as JsonObject)?.Count ?? 0),
                _ when node is JsonArray list => int.TryParse(part, out var index) && index < list.Count && index >= -list.Count ? list[index < 0 ? list.Count + index : index] : null,
                _ => (node as JsonObject)?[part.Replace("~1", "/")],
            };
            if (node is null) return null;
        }
        return node;
    }

    private static bool Fits(JsonNode? actual, JsonNode? expected)
    {
        if (expected is null) return actual is null;
        if (actual is null) return false;
        var text = expected is JsonValue value && value.TryGetValue(out string? given) ? given : null;
        if (text == "*") return true;
        if (text?.StartsWith('~') == true) return Regex.IsMatch(actual is JsonValue ? actual.ToString() : actual.ToJsonString(), text[1..]);
        return expected is JsonValue && actual is JsonValue ? expected.ToString() == actual.ToString() : JsonNode.DeepEquals(actual, expected);
    }
}
