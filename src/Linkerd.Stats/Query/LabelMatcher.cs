using System.Text.RegularExpressions;

namespace Linkerd.Stats.Query;

/// <summary>One matcher of a selector, such as <c>direction="inbound"</c>. Regular expressions are anchored at both ends.</summary>
public sealed class LabelMatcher
{
    private readonly string _value;
    private readonly bool _negated;
    private readonly Regex? _regex;

    private LabelMatcher(string name, string value, bool negated, Regex? regex)
    {
        Name = name;
        _value = value;
        _negated = negated;
        _regex = regex;
    }

    /// <summary>The label that is looked at.</summary>
    public string Name { get; }

    /// <summary>Builds a matcher from an operator of PromQL: <c>=</c>, <c>!=</c>, <c>=~</c>, <c>!~</c>.</summary>
    /// <exception cref="QuerySyntaxException">The regular expression is not valid, or not one that runs in linear time.</exception>
    public static LabelMatcher Create(string name, string op, string value)
    {
        if (op is "=" or "!=")
            return new LabelMatcher(name, value, op == "!=", null);
        try
        {
            // RE2, which Prometheus uses, has no backtracking either: a user's pattern cannot stall the evaluator.
            var regex = new Regex($"^(?:{value})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return new LabelMatcher(name, value, op == "!~", regex);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new QuerySyntaxException($"label {name}: '{value}' is not a regular expression that runs in linear time: {e.Message}", e);
        }
    }

    /// <summary>Whether a series with <paramref name="labels"/> is selected; an absent label counts as an empty one.</summary>
    public bool Matches(LabelSet labels)
    {
        var actual = labels[Name];
        return (_regex is null ? actual == _value : _regex.IsMatch(actual)) != _negated;
    }
}
