using System.Text;

namespace Linkerd.Charts.Templates;

/// <summary>Cuts a template into tokens: text with its trim markers applied, and the inside of actions.</summary>
internal sealed class Lexer(TemplateSource source)
{
    private const string Blank = " \t\r\n";

    private readonly string _text = source.Text;
    private readonly List<Token> _tokens = [];
    private int _position;

    /// <summary>All tokens; the last is <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="ChartException">An action, comment or string has no end, or a character has no meaning.</exception>
    public List<Token> Run()
    {
        var trimLeft = false;
        while (true)
        {
            var open = _text.IndexOf("{{", _position, StringComparison.Ordinal);
            var start = _position;
            var end = open < 0 ? _text.Length : open;
            if (trimLeft)
            {
                while (start < end && Blank.Contains(_text[start]))
                    start++;
            }

            var trimRight = open >= 0 && open + 3 < _text.Length && _text[open + 2] == '-' && Blank.Contains(_text[open + 3]);
            while (trimRight && end > start && Blank.Contains(_text[end - 1]))
                end--;
            if (end > start)
                _tokens.Add(new Token(TokenKind.Text, _text[start..end], start));
            if (open < 0)
            {
                _tokens.Add(new Token(TokenKind.End, "", _text.Length));
                return _tokens;
            }

            _position = open + (trimRight ? 4 : 2);
            trimLeft = At("/*") ? Comment(open) : Action(open);
        }
    }

    private bool Comment(int open)
    {
        var end = _text.IndexOf("*/", _position, StringComparison.Ordinal);
        if (end < 0)
            throw source.Error(open, "this comment has no end");
        _position = end + 2;
        var trim = TrimsRight();
        _position += trim ? 2 : 0;
        if (!At("}}"))
            throw source.Error(open, "a comment must end its action: nothing may follow \"*/\" but \"}}\"");
        _position += 2;
        return trim;
    }

    private bool TrimsRight() => _position + 3 < _text.Length && Blank.Contains(_text[_position]) && string.CompareOrdinal(_text, _position + 1, "-}}", 0, 3) == 0;

    private bool Action(int open)
    {
        _tokens.Add(new Token(TokenKind.Open, "{{", open));
        while (true)
        {
            if (TrimsRight())
            {
                _position += 4;
                _tokens.Add(new Token(TokenKind.Close, " -}}", _position));
                return true;
            }

            if (At("}}"))
            {
                _position += 2;
                _tokens.Add(new Token(TokenKind.Close, "}}", _position));
                return false;
            }

            if (_position >= _text.Length)
                throw source.Error(open, "this action has no end: \"}}\" is missing");
            Next();
        }
    }

    private void Next()
    {
        var start = _position;
        var c = _text[start];
        switch (c)
        {
            case ' ' or '\t' or '\r' or '\n':
                while (_position < _text.Length && Blank.Contains(_text[_position]) && !TrimsRight())
                    _position++;
                Add(TokenKind.Space, start);
                break;
            case '(':
                Single(TokenKind.LeftParen);
                break;
            case ')':
                Single(TokenKind.RightParen);
                break;
            case '|':
                Single(TokenKind.Pipe);
                break;
            case ',':
                Single(TokenKind.Comma);
                break;
            case '=':
                Single(TokenKind.Assign);
                break;
            case ':' when At(":="):
                _position += 2;
                Add(TokenKind.Declare, start);
                break;
            case '"':
                Quoted(start);
                break;
            case '`':
                var end = _text.IndexOf('`', start + 1);
                if (end < 0)
                    throw source.Error(start, "this raw string has no end");
                _position = end + 1;
                _tokens.Add(new Token(TokenKind.String, _text[(start + 1)..end].Replace("\r", "", StringComparison.Ordinal), start));
                break;
            case '\'':
                Character(start);
                break;
            case '$':
                _position++;
                Word();
                Add(TokenKind.Variable, start);
                break;
            case '.' when start + 1 >= _text.Length || !char.IsAsciiDigit(_text[start + 1]):
                _position++;
                Word();
                Add(_position == start + 1 ? TokenKind.Dot : TokenKind.Field, start);
                break;
            default:
                Other(start, c);
                break;
        }
    }

    private void Other(int start, char c)
    {
        var isSigned = c is '+' or '-' && start + 1 < _text.Length && (char.IsAsciiDigit(_text[start + 1]) || _text[start + 1] == '.');
        if (char.IsAsciiDigit(c) || isSigned || c == '.')
        {
            _position++;
            while (_position < _text.Length && (char.IsAsciiLetterOrDigit(_text[_position]) || _text[_position] is '.' or '_' || (_text[_position] is '+' or '-' && _text[_position - 1] is 'e' or 'E')))
                _position++;
            Add(TokenKind.Number, start);
        }
        else if (char.IsLetter(c) || c == '_')
        {
            Word();
            Add(TokenKind.Identifier, start);
        }
        else
        {
            throw source.Error(start, $"unexpected character {c} in an action");
        }
    }

    private void Word()
    {
        while (_position < _text.Length && (char.IsLetterOrDigit(_text[_position]) || _text[_position] == '_'))
            _position++;
    }

    private void Quoted(int start)
    {
        var value = new StringBuilder();
        for (_position++; ; _position++)
        {
            if (_position >= _text.Length || _text[_position] == '\n')
                throw source.Error(start, "this string has no end");
            var c = _text[_position];
            if (c == '"')
                break;
            if (c == '\\')
                Escape(start, value);
            else
                value.Append(c);
        }

        _position++;
        _tokens.Add(new Token(TokenKind.String, value.ToString(), start));
    }

    private void Character(int start)
    {
        var value = new StringBuilder();
        for (_position++; _position < _text.Length && _text[_position] is not ('\'' or '\n'); _position++)
        {
            if (_text[_position] == '\\')
                Escape(start, value);
            else
                value.Append(_text[_position]);
        }

        if (_position >= _text.Length || _text[_position] != '\'' || value.ToString().EnumerateRunes().Count() != 1)
            throw source.Error(start, "a character constant is one character between single quotes");
        _position++;
        _tokens.Add(new Token(TokenKind.Character, value.ToString(), start));
    }

    // On entry at the backslash, on return at the last character of the escape.
    private void Escape(int start, StringBuilder value)
    {
        const string names = "abfnrtv\\\"'";
        const string values = "\a\b\f\n\r\t\v\\\"'";
        var c = ++_position < _text.Length ? _text[_position] : '\0';
        var known = names.IndexOf(c, StringComparison.Ordinal);
        if (known >= 0)
        {
            value.Append(values[known]);
            return;
        }

        var digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits != 0 && _position + digits < _text.Length
            && int.TryParse(_text.AsSpan(_position + 1, digits), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var code)
            && Rune.IsValid(code))
        {
            value.Append(new Rune(code).ToString());
            _position += digits;
            return;
        }

        throw source.Error(start, $"unknown escape \\{c} in a string");
    }

    private bool At(string text) => string.CompareOrdinal(_text, _position, text, 0, text.Length) == 0;

    private void Single(TokenKind kind)
    {
        _position++;
        Add(kind, _position - 1);
    }

    private void Add(TokenKind kind, int start) => _tokens.Add(new Token(kind, _text[start.._position], start));
}
