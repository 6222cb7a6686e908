using System.Text.RegularExpressions;

namespace Linkerd.Cli.Tests.Local.Monitoring;

/// <summary>What an expression of PromQL selects: each metric's name with its matchers. Knows no more of the language than our own expressions use.</summary>
internal static partial class PromExpression
{
    private static readonly HashSet<string> s_words = ["and", "or", "unless", "by", "sum", "min", "max", "count"];

    /// <summary>Selectors such as <c>up{job="x"}</c>, each once.</summary>
    public static IEnumerable<string> Selectors(string expression) => Name()
        .Matches(Noise().Replace(expression, " "))
        .Where(static m => !s_words.Contains(m.Groups["name"].Value))
        .Select(static m => m.Value)
        .Distinct();

    /// <summary>The metric of a selector.</summary>
    public static string Metric(string selector) => selector.Split('{')[0];

    // Grouping labels, ranges, and the texts that label_replace takes.
    [GeneratedRegex("""\bby\s*\([^)]*\)|\[[^\]]*\]|,\s*"[^"]*"(?=[,)\s])""")]
    private static partial Regex Noise();

    [GeneratedRegex("""(?<![\w.$"])(?<name>[a-zA-Z_:][\w:]*)(?!\w*\s*\()(\{[^}]*\})?""", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
