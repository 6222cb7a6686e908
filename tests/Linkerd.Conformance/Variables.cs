using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Linkerd.Conformance;

/// <summary>Puts values in the place of <c>${name}</c>. A text that is nothing but one variable becomes the value itself, of any kind.</summary>
public static partial class Variables
{
    public static JsonNode? Apply(JsonNode? node, IReadOnlyDictionary<string, JsonNode?> values)
    {
        switch (node)
        {
            case JsonObject map:
                var copy = new JsonObject();
                foreach (var (key, value) in map) copy[Text(key, values)] = Apply(value, values);
                return copy;
            case JsonArray list:
                return new JsonArray([.. list.Select(item => Apply(item, values))]);
            case JsonValue value when value.TryGetValue(out string? text):
                var whole = Pattern().Match(text);
                if (whole.Success && whole.Length == text.Length && values.TryGetValue(whole.Groups[1].Value, out var replacement)) return replacement?.DeepClone();
                return JsonValue.Create(Text(text, values));
            default:
                return node?.DeepClone();
        }
    }

    private static string Text(string text, IReadOnlyDictionary<string, JsonNode?> values) =>
        Pattern().Replace(text, match => values.TryGetValue(match.Groups[1].Value, out var value) ? value?.ToString() ?? "" : match.Value);

    [GeneratedRegex(@"\$\{([A-Za-z0-9_]+)\}")]
    private static partial Regex Pattern();
}
