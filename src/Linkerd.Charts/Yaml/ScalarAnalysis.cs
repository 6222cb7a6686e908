namespace Linkerd.Charts.Yaml;

/// <summary>Which styles a text may be written in, by the rules of libyaml's emitter in block context.</summary>
internal readonly record struct ScalarAnalysis(bool PlainAllowed, bool SingleQuotedAllowed, bool BlockAllowed)
{
    /// <summary>Analyses a text.</summary>
    public static ScalarAnalysis Of(string text)
    {
        if (text.Length == 0)
            return new ScalarAnalysis(true, true, false);
        var indicators = text.StartsWith("---", StringComparison.Ordinal) || text.StartsWith("...", StringComparison.Ordinal) || StartsWithIndicator(text);
        bool special = false, breaks = false, breakSpace = false, spaceBreak = false;
        var previous = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            special |= !IsPrintable(c, text, i);
            breaks |= IsBreak(c);
            breakSpace |= c == ' ' && IsBreak(previous);
            spaceBreak |= IsBreak(c) && previous == ' ';
            indicators |= i > 0 && ((c == ':' && IsBlankOrEnd(text, i + 1)) || (c == '#' && (previous is ' ' or '\t' || IsBreak(previous))));
            previous = c;
        }

        var edgeBlank = text[0] == ' ' || IsBreak(text[0]) || text[^1] == ' ' || IsBreak(text[^1]);
        return new ScalarAnalysis(
            PlainAllowed: !(edgeBlank || breakSpace || spaceBreak || special || breaks || indicators),
            SingleQuotedAllowed: !(breakSpace || spaceBreak || special),
            BlockAllowed: !(text[^1] == ' ' || spaceBreak || special));
    }

    /// <summary>A line break as YAML 1.1 has it.</summary>
    public static bool IsBreak(char c) => c is '\r' or '\n' or '\u0085' or '\u2028' or '\u2029';

    /// <summary>Whether a character may stand unescaped: neither control character, nor mark of byte order, nor beyond the basic plane.</summary>
    public static bool IsPrintable(char c) =>
        c is '\n' or (>= ' ' and <= '~') or (>= '\u00a0' and <= '\ud7ff') or (>= '\ue000' and <= '\ufffd' and not '\ufeff');

    private static bool IsPrintable(char c, string text, int index) => IsPrintable(c);

    private static bool StartsWithIndicator(string text) => text[0] switch
    {
        '#' or ',' or '[' or ']' or '{' or '}' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`' => true,
        '?' or ':' or '-' => IsBlankOrEnd(text, 1),
        _ => false,
    };

    private static bool IsBlankOrEnd(string text, int index) => index >= text.Length || text[index] is ' ' or '\t';
}
