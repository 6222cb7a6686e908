using System.Text;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes;

/// <summary>Label and field selectors in their text form, and matching of label selectors.</summary>
public static class Selectors
{
    /// <summary>The text form of a set of labels that must be equal: <c>a=1,b=2</c>, in order of keys.</summary>
    public static string Equal(IEnumerable<KeyValuePair<string, string>> labels) =>
        string.Join(',', labels.OrderBy(static l => l.Key, StringComparer.Ordinal).Select(static l => $"{l.Key}={l.Value}"));

    /// <summary>The text form of a label selector object; empty selects everything.</summary>
    public static string Text(LabelSelector? selector)
    {
        var parts = new List<string>();
        if (selector?.MatchLabels is { Count: > 0 } labels)
            parts.Add(Equal(labels));
        foreach (var requirement in selector?.MatchExpressions ?? [])
        {
            var values = string.Join(',', requirement.Values ?? []);
            parts.Add(requirement.Operator switch
            {
                "In" => $"{requirement.Key} in ({values})",
                "NotIn" => $"{requirement.Key} notin ({values})",
                "Exists" => requirement.Key ?? "",
                "DoesNotExist" => "!" + requirement.Key,
                _ => throw new FormatException($"operator \"{requirement.Operator}\" of label selector: use In, NotIn, Exists or DoesNotExist"),
            });
        }

        return string.Join(',', parts);
    }

    /// <summary>Whether labels satisfy a selector object; null and empty selectors match everything.</summary>
    public static bool Matches(LabelSelector? selector, IReadOnlyDictionary<string, string>? labels)
    {
        foreach (var (key, value) in selector?.MatchLabels ?? EmptyLabels)
        {
            if (labels is null || !labels.TryGetValue(key, out var actual) || actual != value)
                return false;
        }

        foreach (var requirement in selector?.MatchExpressions ?? [])
        {
            string? actual = null;
            var exists = labels is not null && labels.TryGetValue(requirement.Key ?? "", out actual);
            var holds = requirement.Operator switch
            {
                "In" => exists && (requirement.Values ?? []).Contains(actual!),
                "NotIn" => !exists || !(requirement.Values ?? []).Contains(actual!),
                "Exists" => exists,
                "DoesNotExist" => !exists,
                _ => false,
            };
            if (!holds)
                return false;
        }

        return true;
    }

    /// <summary>Whether labels contain all of a Service's selector; an absent or empty selector matches nothing.</summary>
    public static bool MatchesService(IReadOnlyDictionary<string, string>? selector, IReadOnlyDictionary<string, string>? labels) =>
        selector is { Count: > 0 } && labels is not null && selector.All(s => labels.TryGetValue(s.Key, out var value) && value == s.Value);

    /// <summary>Parses the text form, as in <c>-l 'app=web,tier in (a,b),!old'</c>.</summary>
    /// <exception cref="FormatException">The text is not a label selector.</exception>
    public static LabelSelector Parse(string text)
    {
        var requirements = new List<LabelSelectorRequirement>();
        foreach (var part in Split(text))
            requirements.Add(ParseRequirement(part.Trim()));
        return new LabelSelector { MatchExpressions = requirements };
    }

    private static IReadOnlyDictionary<string, string> EmptyLabels { get; } = new Dictionary<string, string>();

    private static IEnumerable<string> Split(string text)
    {
        var part = new StringBuilder();
        var depth = 0;
        foreach (var c in text)
        {
            depth += c switch { '(' => 1, ')' => -1, _ => 0 };
            if (c != ',' || depth > 0)
            {
                part.Append(c);
                continue;
            }

            yield return part.ToString();
            part.Clear();
        }

        if (part.Length > 0)
            yield return part.ToString();
    }

    private static LabelSelectorRequirement ParseRequirement(string part)
    {
        var open = part.IndexOf('(', StringComparison.Ordinal);
        if (open >= 0)
        {
            var words = part[..open].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 2 || words[1] is not ("in" or "notin") || !part.EndsWith(')'))
                throw new FormatException($"\"{part}\" is not a label requirement: write KEY in (A,B) or KEY notin (A,B)");
            var values = part[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries);
            return Requirement(words[0], words[1] == "in" ? "In" : "NotIn", values);
        }

        var at = part.IndexOf("!=", StringComparison.Ordinal);
        if (at >= 0)
            return Requirement(part[..at], "NotIn", [part[(at + 2)..].Trim()]);
        at = part.IndexOf('=', StringComparison.Ordinal);
        if (at >= 0)
            return Requirement(part[..at], "In", [part[(at + 1)..].TrimStart('=').Trim()]);
        return part.StartsWith('!') ? Requirement(part[1..], "DoesNotExist", []) : Requirement(part, "Exists", []);
    }

    private static LabelSelectorRequirement Requirement(string key, string op, IReadOnlyList<string> values)
    {
        key = key.Trim();
        return key.Length > 0 && !key.AsSpan().ContainsAny(" ()!,")
            ? new LabelSelectorRequirement { Key = key, Operator = op, Values = values }
            : throw new FormatException($"\"{key}\" is not a label key");
    }
}
