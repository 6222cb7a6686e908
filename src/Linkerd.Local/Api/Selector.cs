using System.Buffers;
using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>A label selector in its text or its object form.</summary>
internal sealed class Selector
{
    private static readonly SearchValues<char> Special = SearchValues.Create("=!<> ()");
    private readonly List<(string Key, SelectorOperator Operator, string[] Values)> _terms = [];

    public static Selector Everything { get; } = new();

    public bool IsEmpty => _terms.Count == 0;

    /// <summary>Parses <c>a=b,c!=d,e in (f,g),!h</c>.</summary>
    public static Selector Parse(string text)
    {
        var selector = new Selector();
        foreach (var term in Split(text)) selector._terms.Add(ParseTerm(term));
        return selector;
    }

    /// <summary>Reads <c>matchLabels</c> and <c>matchExpressions</c>.</summary>
    public static Selector FromObject(JsonObject? node)
    {
        var selector = new Selector();
        foreach (var (key, value) in node.Obj("matchLabels") ?? [])
            selector._terms.Add((key, SelectorOperator.In, [value.AsString() ?? ""]));
        foreach (var expression in node.Arr("matchExpressions").Objects())
        {
            var values = expression.Arr("values").Strings().ToArray();
            var operation = expression.Str("operator") switch
            {
                "In" => SelectorOperator.In,
                "NotIn" => SelectorOperator.NotIn,
                "Exists" => SelectorOperator.Exists,
                "DoesNotExist" => SelectorOperator.Absent,
                var other => throw ApiException.BadRequest($"\"{other}\" is not a valid label selector operator"),
            };
            selector._terms.Add((expression.Str("key") ?? "", operation, values));
        }
        return selector;
    }

    /// <summary>Adds what is wrong with a selector in the object form.</summary>
    public static void Validate(JsonObject? node, string path, List<FieldError> errors)
    {
        foreach (var (index, expression) in node.Arr("matchExpressions").Objects().Index())
        {
            var at = $"{path}.matchExpressions[{index}]";
            var any = expression.Arr("values") is { Count: > 0 };
            if (!Names.IsQualified(expression.Str("key") ?? "")) errors.Add(FieldError.InvalidText($"{at}.key", expression.Str("key"), "must be a qualified label name"));
            if (expression.Str("operator") is not ("In" or "NotIn" or "Exists" or "DoesNotExist"))
                errors.Add(FieldError.InvalidText($"{at}.operator", expression.Str("operator"), "not a valid selector operator: write In, NotIn, Exists or DoesNotExist"));
            else if (expression.Str("operator") is "In" or "NotIn" && !any) errors.Add(FieldError.Required($"{at}.values", "must be specified when `operator` is 'In' or 'NotIn'"));
            else if (expression.Str("operator") is "Exists" or "DoesNotExist" && any) errors.Add(FieldError.Forbidden($"{at}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        }
    }

    /// <summary>The labels that an object with these equality terms would carry; used by the map form of old selectors.</summary>
    public static Selector FromMap(JsonObject? labels)
    {
        var selector = new Selector();
        foreach (var (key, value) in labels ?? []) selector._terms.Add((key, SelectorOperator.In, [value.AsString() ?? ""]));
        return selector;
    }

    public bool Matches(JsonObject? labels)
    {
        foreach (var (key, operation, values) in _terms)
        {
            var value = labels.Str(key);
            var holds = operation switch
            {
                SelectorOperator.In => value is not null && values.Contains(value),
                SelectorOperator.NotIn => value is null || !values.Contains(value),
                SelectorOperator.Exists => value is not null,
                SelectorOperator.Absent => value is null,
                SelectorOperator.Greater => long.TryParse(value, out var more) && more > long.Parse(values[0]),
                _ => long.TryParse(value, out var less) && less < long.Parse(values[0]),
            };
            if (!holds) return false;
        }
        return true;
    }

    private static IEnumerable<string> Split(string text)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '(') depth++;
            if (i < text.Length && text[i] == ')') depth--;
            if (i < text.Length && (text[i] != ',' || depth > 0)) continue;
            var term = text[start..i].Trim();
            start = i + 1;
            if (term.Length > 0) yield return term;
        }
    }

    private static (string, SelectorOperator, string[]) ParseTerm(string term)
    {
        var open = term.IndexOf('(');
        if (open > 0)
        {
            var head = term[..open].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (head.Length == 2 && head[1] is "in" or "notin" && term[^1] == ')')
                return (head[0], head[1] == "in" ? SelectorOperator.In : SelectorOperator.NotIn,
                    term[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries));
        }
        else if (term[0] == '!')
        {
            return (Key(term[1..], term), SelectorOperator.Absent, []);
        }
        else
        {
            foreach (var (mark, operation) in Marks)
            {
                var at = term.IndexOf(mark, StringComparison.Ordinal);
                if (at < 0) continue;
                var value = term[(at + mark.Length)..].Trim();
                if (operation is SelectorOperator.Greater or SelectorOperator.Less && !long.TryParse(value, out _)) break;
                if (value.AsSpan().ContainsAny(Special)) break;
                return (Key(term[..at].Trim(), term), operation, [value]);
            }
            if (!term.AsSpan().ContainsAny(Special)) return (Key(term, term), SelectorOperator.Exists, []);
        }
        throw Unparsable(term);
    }

    private static (string, SelectorOperator)[] Marks { get; } =
    [
        ("!=", SelectorOperator.NotIn), ("==", SelectorOperator.In), ("=", SelectorOperator.In),
        (">", SelectorOperator.Greater), ("<", SelectorOperator.Less),
    ];

    private static string Key(string key, string term) => Names.IsQualified(key.Trim()) ? key.Trim() : throw Unparsable(term);

    private static ApiException Unparsable(string term) =>
        ApiException.BadRequest($"unable to parse requirement: \"{term}\" is not a valid label selector term");
}
