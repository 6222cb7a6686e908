using System.Runtime.InteropServices;

namespace Linkerd.Cli.Profiles;

/// <summary>A word, a string or a sign of a .proto file.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProtoToken(string Text, int Line)
{
    /// <summary>Whether the file has ended.</summary>
    public bool IsEnd => Text.Length == 0;
}

/// <summary>Cuts a .proto file into tokens; comments and white space are passed over.</summary>
internal sealed class ProtoScanner(string text)
{
    private int _at;
    private int _line = 1;

    /// <summary>The next token; its text is empty at the end.</summary>
    /// <exception cref="CliException">A comment or string does not end.</exception>
    public ProtoToken Next()
    {
        PassOver();
        if (_at == text.Length)
            return new ProtoToken("", _line);
        var start = _at;
        var c = text[_at];
        if (c is '"' or '\'')
            return Quoted(c);
        if (!IsWord(c))
            return new ProtoToken(text[_at++].ToString(), _line);
        while (_at < text.Length && IsWord(text[_at]))
            _at++;
        return new ProtoToken(text[start.._at], _line);
    }

    // Names with dots are one word: types and packages are read whole.
    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '+';

    private ProtoToken Quoted(char quote)
    {
        var start = _at++;
        while (_at < text.Length && text[_at] != quote && text[_at] != '\n')
            _at += text[_at] == '\\' ? 2 : 1;
        if (_at >= text.Length || text[_at] != quote)
            throw new CliException($"line {_line}: the string that begins here does not end");
        return new ProtoToken(text[start..++_at], _line);
    }

    private void PassOver()
    {
        while (_at < text.Length)
        {
            if (text[_at] == '\n')
                _line++;
            if (char.IsWhiteSpace(text[_at]) || text[_at] == '\ufeff')
                _at++;
            else if (text.AsSpan(_at).StartsWith("//"))
                _at = text.IndexOf('\n', _at) is >= 0 and var end ? end : text.Length;
            else if (text.AsSpan(_at).StartsWith("/*"))
                PassComment();
            else
                return;
        }
    }

    private void PassComment()
    {
        var end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        if (end < 0)
            throw new CliException($"line {_line}: the comment that begins here does not end");
        _line += text.AsSpan(_at, end - _at).Count('\n');
        _at = end + 2;
    }
}
