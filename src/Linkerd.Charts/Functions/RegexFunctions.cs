using System.Text;
using System.Text.RegularExpressions;
using Linkerd.Charts.Templates;

namespace Linkerd.Charts.Functions;

/// <summary>Sprig's regular expressions, which are Go's: classes are ASCII, <c>$</c> is the end of the text. Each match has a time limit.</summary>
internal static class RegexFunctions
{
    private const int MaxPattern = 4096;

    public static void AddTo(FunctionTable table)
    {
        table.Add("regexMatch mustRegexMatch", (s, a) => Of(s, a).Pattern.IsMatch(a.Text(1)));
        table.Add("regexFind mustRegexFind", (s, a) => Of(s, a).Pattern.Match(a.Text(1)).Value);
        table.Add("regexFindAll mustRegexFindAll", (s, a) => Of(s, a).Pattern.Matches(a.Text(1)).Select(m => (object?)m.Value).Take(a.Int(2) < 0 ? int.MaxValue : a.Int(2)).ToList());
        table.Add("regexReplaceAll mustRegexReplaceAll", (s, a) => Of(s, a).ReplaceAll(a.Text(1), a.Text(2)));
        table.Add("regexReplaceAllLiteral mustRegexReplaceAllLiteral", (s, a) => Of(s, a).Pattern.Replace(a.Text(1), _ => a.Text(2)));
        table.Add("regexSplit mustRegexSplit", (s, a) => Split(Of(s, a).Pattern, a.Text(1), a.Int(2)));
        table.Add("regexQuoteMeta", (_, a) => Quote(a.Text(0)));
    }

    private static GoRegex Of(RenderSession session, Arguments a)
    {
        var pattern = a.Text(0);
        return pattern.Length <= MaxPattern
            ? GoRegex.Parse(pattern, session.Limits.RegexTimeout)
            : throw new FunctionException($"a regular expression may have {MaxPattern} characters");
    }

    private static List<object?> Split(Regex regex, string text, int count)
    {
        if (count == 0)
            return [];
        var parts = new List<object?>();
        var start = 0;
        foreach (var match in regex.Matches(text).Where(m => m.Index + m.Length > 0))
        {
            if (count > 0 && parts.Count == count - 1)
                break;
            if (match.Length == 0 && match.Index == text.Length)
                break;
            parts.Add(text[start..match.Index]);
            start = match.Index + match.Length;
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static string Quote(string text)
    {
        var result = new StringBuilder();
        foreach (var c in text)
            result.Append("\\.+*?()|[]{}^$".Contains(c) ? "\\" : "").Append(c);
        return result.ToString();
    }
}
