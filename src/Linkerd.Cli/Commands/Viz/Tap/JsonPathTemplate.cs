using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Linkerd.Cli.Commands.Viz.Tap;

/// <summary>
/// The part of kubectl's templates that events need: text, <c>{.a.b}</c>, <c>{.a['b']}</c>, <c>{.list[0].x}</c>, <c>{.list[*].x}</c>
/// and <c>{"\n"}</c>. What is not there is left empty.
/// </summary>
internal sealed class JsonPathTemplate
{
    private readonly List<(string? Literal, string[] Path)> _parts = [];

    /// <summary>Parses a template.</summary>
    /// <exception cref="CliException">It is not one; the message names the position.</exception>
    public JsonPathTemplate(string template)
    {
        for (var at = 0; at < template.Length;)
        {
            if (template[at] != '{')
            {
                var to = template.IndexOf('{', at) is >= 0 and var open ? open : template.Length;
                _parts.Add((template[at..to], []));
                at = to;
                continue;
            }

            var close = template.IndexOf('}', at);
            if (close < 0)
                throw new CliException($"-o jsonpath: the brace at character {at + 1} is not closed");
            _parts.Add(Expression(template[(at + 1)..close].Trim(), at + 1));
            at = close + 1;
        }
    }

    /// <summary>The text of an object.</summary>
    public string Render(JsonNode json)
    {
        var text = new StringBuilder();
        foreach (var (literal, path) in _parts)
            text.Append(literal ?? string.Join(' ', Select([json], path).Select(static n => n is JsonValue value ? value.ToString() : n.ToJsonString())));
        return text.ToString();
    }

    private static (string? Literal, string[] Path) Expression(string text, int at)
    {
        if (text is ['"', .. var literal, '"'])
            return (literal.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal), []);
        if (text.StartsWith('$'))
            text = text[1..];
        if (!text.StartsWith('.') && !text.StartsWith('['))
            throw new CliException($"-o jsonpath: '{text}' at character {at} is neither a path, such as .requestInitEvent.path, nor a quoted text");
        return (null, text.Replace("['", ".", StringComparison.Ordinal).Replace("']", "", StringComparison.Ordinal).Replace("[", ".", StringComparison.Ordinal)
            .Replace("]", "", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries));
    }

    private static IEnumerable<JsonNode> Select(IEnumerable<JsonNode> nodes, ReadOnlySpan<string> path)
    {
        foreach (var step in path)
            nodes = [.. nodes.SelectMany(n => Step(n, step)).OfType<JsonNode>()];
        return nodes;
    }

    private static IEnumerable<JsonNode?> Step(JsonNode node, string step) => node switch
    {
        JsonArray array when step == "*" => array,
        JsonArray array when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) => index < array.Count ? [array[index]] : [],
        JsonObject map when step == "*" => map.Select(static p => p.Value),
        JsonObject map => [map[step]],
        _ => [],
    };
}
