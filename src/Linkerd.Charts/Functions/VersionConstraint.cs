using System.Text.RegularExpressions;

namespace Linkerd.Charts.Functions;

/// <summary>A constraint such as <c>&gt;=1.21-0, &lt;2 || ^3.1</c>, as Sprig's <c>semverCompare</c> reads it.</summary>
internal sealed partial class VersionConstraint
{
    private readonly List<List<Term>> _alternatives;

    private VersionConstraint(List<List<Term>> alternatives) => _alternatives = alternatives;

    public static VersionConstraint Parse(string text)
    {
        var alternatives = new List<List<Term>>();
        foreach (var alternative in text.Split("||"))
        {
            var spelled = HyphenRange().Replace(alternative, ">=${from} <=${to}");
            var terms = TermPattern().Matches(spelled);
            var rest = TermPattern().Replace(spelled, "");
            if (terms.Count == 0 || rest.AsSpan().IndexOfAnyExcept(' ', ',') >= 0)
                throw new FormatException($"improper constraint: {text}");
            alternatives.Add([.. terms.Select(Read)]);
        }

        return new VersionConstraint(alternatives);
    }

    public bool Allows(SemanticVersion version) => _alternatives.Exists(terms => terms.TrueForAll(t => t.Allows(version)));

    private static Term Read(Match match)
    {
        var (major, minor, patch) = (match.Groups["major"].Value, match.Groups["minor"].Value, match.Groups["patch"].Value);
        var anyMajor = IsWild(major);
        var anyMinor = anyMajor || IsWild(minor);
        var anyPatch = anyMinor || IsWild(patch);
        var pre = match.Groups["pre"].Value;
        var text = $"{(anyMajor ? "0" : major)}.{(anyMinor ? "0" : minor)}.{(anyPatch ? "0" : patch)}{(pre.Length == 0 ? "" : "-" + pre)}";
        return new Term(match.Groups["op"].Value, SemanticVersion.Parse(text), anyMajor, anyMinor, anyPatch);
    }

    private static bool IsWild(string part) => part is "" or "x" or "X" or "*";

    private sealed record Term(string Operator, SemanticVersion Bound, bool AnyMajor, bool AnyMinor, bool AnyPatch)
    {
        public bool Allows(SemanticVersion v)
        {
            // Pre-releases are only looked at where the constraint names one.
            if (v.Prerelease.Length != 0 && Bound.Prerelease.Length == 0)
                return false;
            var order = v.CompareTo(Bound);
            return Operator switch
            {
                "" or "=" => AnyPatch ? Tilde(v, order) : order == 0,
                "!=" => !(AnyPatch ? SamePrefix(v) : order == 0),
                ">" => order > 0 && !(AnyPatch && SamePrefix(v)),
                "<" => order < 0,
                ">=" or "=>" => order >= 0,
                "<=" or "=<" => order <= 0 || (AnyPatch && SamePrefix(v)),
                "~" or "~>" => Tilde(v, order),
                _ => Caret(v, order),
            };
        }

        private bool SamePrefix(SemanticVersion v) => AnyMajor || (v.Major == Bound.Major && (AnyMinor || (v.Minor == Bound.Minor && (AnyPatch || v.Patch == Bound.Patch))));

        private bool Tilde(SemanticVersion v, int order) => AnyMajor || (order >= 0 && v.Major == Bound.Major && (AnyMinor || v.Minor == Bound.Minor));

        private bool Caret(SemanticVersion v, int order)
        {
            if (AnyMajor)
                return true;
            if (order < 0)
                return false;
            if (Bound.Major > 0 || AnyMinor)
                return v.Major == Bound.Major;
            if (v.Major != 0)
                return false;
            if (Bound.Minor > 0 || AnyPatch)
                return v.Minor == Bound.Minor;
            return v.Minor == 0 && v.Patch == Bound.Patch;
        }
    }

    [GeneratedRegex(@"(?<op>=>|=<|>=|<=|!=|~>|=|>|<|~|\^)?\s*v?(?<major>[0-9]{1,18}|[xX*])(\.(?<minor>[0-9]{1,18}|[xX*]))?(\.(?<patch>[0-9]{1,18}|[xX*]))?(-(?<pre>[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+[0-9A-Za-z.-]+)?", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TermPattern();

    [GeneratedRegex(@"(?<from>[0-9xX*][^\s,]*)\s+-\s+(?<to>[0-9xX*][^\s,]*)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HyphenRange();
}
