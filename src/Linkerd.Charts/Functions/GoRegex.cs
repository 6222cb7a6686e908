using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Linkerd.Charts.Functions;

/// <summary>A regular expression of Go's syntax on .NET's engine: ASCII classes, <c>$</c> for the end of the text, named groups numbered as they stand.</summary>
internal sealed class GoRegex
{
    private readonly Dictionary<string, int> _names = [];

    private GoRegex(string pattern, TimeSpan timeout) => Pattern = new Regex(Translate(pattern), RegexOptions.CultureInvariant, timeout);

    /// <summary>The pattern for .NET.</summary>
    public Regex Pattern { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static GoRegex Parse(string pattern, TimeSpan timeout) => new(pattern, timeout);

    /// <summary>Replaces every match by a template with <c>$1</c>, <c>${1}</c> or <c>${name}</c>; a group that is not there is empty.</summary>
    public string ReplaceAll(string text, string template) => Pattern.Replace(text, m => Expand(template, m));

    private string Translate(string pattern)
    {
        var result = new StringBuilder(pattern.Length + 16);
        var (inClass, groups) = (false, 0);
        var multiline = pattern.StartsWith("(?m", StringComparison.Ordinal);
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                result.Append(Escape(pattern[++i], inClass));
            }
            else if (inClass && c == '[' && At(pattern, i, "[:") && pattern.IndexOf(":]", i, StringComparison.Ordinal) is > 0 and var end)
            {
                result.Append(Posix(pattern[(i + 2)..end]));
                i = end + 1;
            }
            else if (!inClass && c == '(' && At(pattern, i, "(?P<") && pattern.IndexOf('>', i) is > 0 and var close)
            {
                _names[pattern[(i + 4)..close]] = ++groups;
                result.Append('(');
                i = close;
            }
            else
            {
                groups += !inClass && c == '(' && !At(pattern, i, "(?") ? 1 : 0;
                inClass = c switch { '[' => true, ']' => false, _ => inClass };
                result.Append(c == '$' && !inClass && !multiline ? "\\z" : c.ToString());
            }
        }

        return result.ToString();
    }

    private static bool At(string text, int index, string part) => string.CompareOrdinal(text, index, part, 0, part.Length) == 0;

    private static string Escape(char c, bool inClass) => c switch
    {
        'd' => inClass ? "0-9" : "[0-9]",
        'w' => inClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]",
        's' => inClass ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]",
        'D' when !inClass => "[^0-9]",
        'W' when !inClass => "[^0-9A-Za-z_]",
        'S' when !inClass => "[^\\t\\n\\f\\r ]",
        _ => "\\" + c,
    };

    private static string Posix(string name) => name switch
    {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "digit" => "0-9",
        "lower" => "a-z",
        "upper" => "A-Z",
        "space" => "\\t\\n\\v\\f\\r ",
        "xdigit" => "0-9A-Fa-f",
        "word" => "0-9A-Za-z_",
        _ => throw new FormatException($"unknown character class [:{name}:]"),
    };

    private string Group(Match match, string name)
    {
        if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && !_names.TryGetValue(name, out number))
            return "";
        return match.Groups[number].Value;
    }

    private string Expand(string template, Match match)
    {
        var result = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] != '$' || i + 1 == template.Length)
            {
                result.Append(template[i]);
            }
            else if (template[i + 1] == '$')
            {
                result.Append('$');
                i++;
            }
            else
            {
                var braced = template[i + 1] == '{';
                var start = i + (braced ? 2 : 1);
                var end = start;
                while (end < template.Length && (char.IsAsciiLetterOrDigit(template[end]) || template[end] == '_'))
                    end++;
                if (end == start || (braced && (end == template.Length || template[end] != '}')))
                {
                    result.Append('$');
                    continue;
                }

                result.Append(Group(match, template[start..end]));
                i = braced ? end : end - 1;
            }
        }

        return result.ToString();
    }
}
