using System.Globalization;
using System.Text;

namespace Linkerd.Charts.Yaml;

/// <summary>The text of a document with the column it has reached, and scalars in the styles of libyaml's emitter.</summary>
internal sealed class YamlOutput
{
    private const int BestWidth = 80;

    private readonly StringBuilder _out = new();
    private int _column;
    private bool _whitespace = true;

    /// <summary>Whether the line so far is nothing but indentation and the marks of sequences.</summary>
    public bool Indention { get; private set; } = true;

    public override string ToString() => _out.ToString();

    public void EndLine()
    {
        if (_column != 0)
            Break('\n');
    }

    public void Indent(int indent)
    {
        if (!Indention || _column > indent || (_column == indent && !_whitespace))
            Break('\n');
        while (_column < indent)
            Put(' ');
        _whitespace = true;
        Indention = true;
    }

    public void Indicator(string text, bool space, bool isIndention = false)
    {
        if (space && !_whitespace)
            Put(' ');
        Put(text);
        _whitespace = false;
        Indention = Indention && isIndention;
    }

    public void Plain(string text, int indent, bool fold)
    {
        if (!_whitespace)
            Put(' ');
        var spaces = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != ' ')
            {
                Put(text[i]);
                spaces = false;
                continue;
            }

            if (fold && !spaces && _column > BestWidth && text[i + 1] != ' ')
                Indent(indent);
            else
                Put(' ');
            spaces = true;
        }

        _whitespace = false;
        Indention = false;
    }

    public void SingleQuoted(string text, int indent, bool fold)
    {
        Indicator("'", space: true);
        bool spaces = false, breaks = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == ' ')
            {
                if (fold && !spaces && _column > BestWidth && i > 0 && i < text.Length - 1 && text[i + 1] != ' ')
                    Indent(indent);
                else
                    Put(' ');
                spaces = true;
            }
            else if (ScalarAnalysis.IsBreak(c))
            {
                if (!breaks && c == '\n')
                    Break('\n');
                Break(c);
                Indention = true;
                breaks = true;
            }
            else
            {
                if (breaks)
                    Indent(indent);
                if (c == '\'')
                    Put('\'');
                Put(c);
                Indention = false;
                spaces = breaks = false;
            }
        }

        Indicator("'", space: false);
        _whitespace = false;
        Indention = false;
    }

    public void DoubleQuoted(string text, int indent, bool fold)
    {
        Indicator("\"", space: true);
        var spaces = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == ' ')
            {
                if (fold && !spaces && _column > BestWidth && i > 0 && i < text.Length - 1)
                {
                    Indent(indent);
                    if (text[i + 1] == ' ')
                        Put('\\');
                }
                else
                {
                    Put(' ');
                }

                spaces = true;
                continue;
            }

            spaces = false;
            if (!ScalarAnalysis.IsPrintable(c) || ScalarAnalysis.IsBreak(c) || c is '"' or '\\')
                Escape(text, ref i);
            else
                Put(c);
        }

        Indicator("\"", space: false);
        _whitespace = false;
        Indention = false;
    }

    public void Literal(string text, int indent)
    {
        Indicator("|", space: true);
        if (text[0] == ' ' || ScalarAnalysis.IsBreak(text[0]))
            Indicator("2", space: false);
        var endsWithBreak = ScalarAnalysis.IsBreak(text[^1]);
        if (!endsWithBreak)
            Indicator("-", space: false);
        else if (text.Length == 1 || ScalarAnalysis.IsBreak(text[^2]))
            Indicator("+", space: false);
        Break('\n');
        Indention = true;
        _whitespace = true;
        var breaks = true;
        foreach (var c in text)
        {
            if (ScalarAnalysis.IsBreak(c))
            {
                Break(c);
                Indention = true;
                breaks = true;
                continue;
            }

            if (breaks)
                Indent(indent);
            Put(c);
            Indention = false;
            breaks = false;
        }
    }

    private void Escape(string text, ref int index)
    {
        var c = text[index];
        var name = c switch
        {
            '\0' => '0', '\a' => 'a', '\b' => 'b', '\t' => 't', '\n' => 'n', '\v' => 'v', '\f' => 'f', '\r' => 'r', '\u001b' => 'e',
            '"' => '"', '\\' => '\\', '\u0085' => 'N', '\u00a0' => '_', '\u2028' => 'L', '\u2029' => 'P',
            _ => default,
        };
        if (name != default)
            Put($"\\{name}");
        else if (char.IsHighSurrogate(c) && index + 1 < text.Length)
            Put(string.Create(CultureInfo.InvariantCulture, $"\\U{char.ConvertToUtf32(c, text[++index]):X8}"));
        else
            Put(c <= 0xff ? string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}") : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"));
    }

    private void Put(char c)
    {
        _out.Append(c);
        _column++;
    }

    private void Put(string text)
    {
        _out.Append(text);
        _column += text.Length;
    }

    private void Break(char c)
    {
        _out.Append(c);
        _column = 0;
        if (c != '\n')
            return;
        _whitespace = true;
        Indention = true;
    }
}
