using System.Text;
using Linkerd.Cli.Profiles;

namespace Linkerd.Cli.Commands.Viz.Policies;

/// <summary>A path of an HTTPRoute's match.</summary>
/// <param name="Type"><c>Exact</c>, <c>PathPrefix</c> or <c>RegularExpression</c>.</param>
/// <param name="Value">The path, the prefix without a slash at its end, or the expression.</param>
internal sealed record PathPattern(string Type, string Value) : IComparable<PathPattern>
{
    private const int MinHexLength = 16;
    private const int MinTokenLength = 20;

    /// <summary>The pattern of a path: as it is, or with what looks like an identifier left open: numbers, UUIDs, long hexadecimal and mixed tokens.</summary>
    public static PathPattern Of(string path, bool exact)
    {
        if (exact)
            return new PathPattern("Exact", path);
        var text = new StringBuilder();
        var open = false;
        foreach (var segment in path.Split('/')[1..])
        {
            var kind = Identifier(segment);
            open |= kind is not null;
            text.Append('/').Append(kind ?? PathRegex.Literal(segment));
        }

        return open ? new PathPattern("RegularExpression", text.ToString()) : new PathPattern("Exact", path);
    }

    /// <summary>
    /// A pattern for each path, at most <paramref name="limit"/> different ones: while there are more, the folder that holds most of them becomes a prefix.
    /// </summary>
    public static IReadOnlyDictionary<string, PathPattern> Of(IReadOnlyCollection<string> paths, int limit, bool exact)
    {
        var patterns = paths.Distinct().ToDictionary(static p => p, p => Of(p, exact));
        while (patterns.Values.Distinct().Count() > limit)
        {
            var fullest = patterns.GroupBy(static p => Folder(p.Key, p.Value)).OrderByDescending(static g => g.Select(static p => p.Value).Distinct().Count())
                .ThenByDescending(static g => g.Key.Length).ThenBy(static g => g.Key, StringComparer.Ordinal).First().Key;
            var prefix = new PathPattern("PathPrefix", fullest.Length == 0 ? "/" : fullest);
            foreach (var path in patterns.Keys.Where(p => fullest.Length == 0 || p == fullest || p.StartsWith(fullest + "/", StringComparison.Ordinal)).ToArray())
                patterns[path] = prefix;
        }

        return patterns;
    }

    /// <inheritdoc/>
    public int CompareTo(PathPattern? other) => (Value, Type).CompareTo((other?.Value ?? "", other?.Type ?? ""));

    // What a wider pattern of the path would be a prefix of; of a prefix, the folder above it.
    private static string Folder(string path, PathPattern pattern)
    {
        var literal = pattern.Type == "PathPrefix" ? pattern.Value : path;
        if (pattern.Type == "RegularExpression")
        {
            var segments = path.Split('/');
            literal = string.Join('/', segments[..(Array.FindIndex(segments, static s => Identifier(s) is not null) + 1)]);
        }

        return literal[..Math.Max(0, literal.LastIndexOf('/'))];
    }

    private static string? Identifier(string segment)
    {
        if (segment.Length == 0)
            return null;
        if (segment.All(char.IsAsciiDigit))
            return "[0-9]+";
        if (Guid.TryParseExact(segment, "D", out _))
            return "[0-9a-fA-F-]+";
        if (segment.Length >= MinHexLength && segment.All(char.IsAsciiHexDigit))
            return "[0-9a-fA-F]+";
        return segment.Length >= MinTokenLength && segment.Any(char.IsAsciiDigit) && segment.Any(char.IsAsciiLetter) && segment.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '=')
            ? "[0-9A-Za-z_=-]+"
            : null;
    }
}
