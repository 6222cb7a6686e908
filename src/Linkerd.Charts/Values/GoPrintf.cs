using System.Globalization;
using System.Text;

namespace Linkerd.Charts.Values;

/// <summary>Go's <c>fmt.Sprintf</c> for the values that templates have, with its notes on wrong or missing operands.</summary>
internal ref struct GoPrintf
{
    private const int MaxWidth = 10_000;

    private readonly ReadOnlySpan<char> _format;
    private readonly IReadOnlyList<object?> _arguments;
    private readonly StringBuilder _out = new();
    private int _position;
    private int _argument;
    private bool _minus;
    private bool _plus;
    private bool _zero;
    private bool _space;
    private bool _sharp;
    private int _width;
    private int _precision;

    private GoPrintf(string format, IReadOnlyList<object?> arguments)
    {
        _format = format;
        _arguments = arguments;
    }

    /// <summary>Formats the arguments.</summary>
    public static string Format(string format, IReadOnlyList<object?> arguments) => new GoPrintf(format, arguments).Run();

    private string Run()
    {
        while (_position < _format.Length)
        {
            var next = _format[_position..].IndexOf('%');
            if (next < 0)
            {
                _out.Append(_format[_position..]);
                break;
            }

            _out.Append(_format.Slice(_position, next));
            _position += next + 1;
            Directive();
        }

        if (_argument < _arguments.Count)
            Extra();
        return _out.ToString();
    }

    private void Directive()
    {
        Flags();
        _width = Number();
        _precision = -1;
        if (_position < _format.Length && _format[_position] == '.')
        {
            _position++;
            _precision = Math.Max(Number(), 0);
        }

        if (_position >= _format.Length)
        {
            _out.Append("%!(NOVERB)");
            return;
        }

        var verb = _format[_position++];
        if (verb == '%')
            _out.Append('%');
        else if (_argument >= _arguments.Count)
            _out.Append("%!").Append(verb).Append("(MISSING)");
        else
            Write(verb, _arguments[_argument++]);
    }

    private void Flags()
    {
        _minus = _plus = _zero = _space = _sharp = false;
        for (; _position < _format.Length; _position++)
        {
            switch (_format[_position])
            {
                case '-': _minus = true; break;
                case '+': _plus = true; break;
                case '0': _zero = true; break;
                case ' ': _space = true; break;
                case '#': _sharp = true; break;
                default: return;
            }
        }
    }

    private int Number()
    {
        var number = -1;
        for (; _position < _format.Length && char.IsAsciiDigit(_format[_position]); _position++)
            number = Math.Min((Math.Max(number, 0) * 10) + _format[_position] - '0', MaxWidth);
        return number;
    }

    private void Write(char verb, object? value)
    {
        switch (value)
        {
            case List<object?> list when verb is not ('v' or 'T'):
                Elements("[", list, verb);
                break;
            case ValueMap map when verb is not ('v' or 'T'):
                _out.Append("map[");
                var first = true;
                foreach (var (key, item) in map)
                {
                    _out.Append(first ? "" : " ");
                    first = false;
                    Write(verb, key);
                    _out.Append(':');
                    Write(verb, item);
                }

                _out.Append(']');
                break;
            default:
                if (Scalar(verb, value) is { } text)
                    Pad(text, value);
                else
                    Bad(verb, value);
                break;
        }
    }

    private void Elements(string open, List<object?> list, char verb)
    {
        _out.Append(open);
        for (var i = 0; i < list.Count; i++)
        {
            _out.Append(i == 0 ? "" : " ");
            Write(verb, list[i]);
        }

        _out.Append(']');
    }

    private readonly string? Scalar(char verb, object? value) => verb switch
    {
        'T' => TypeName(value),
        'v' when value is double d => Float(d, 'g'),
        'v' when value is long n => Signed(n),
        'v' => _sharp && value is string s ? GoFormat.Quote(s) : GoFormat.Text(value),
        _ => value switch
        {
            string s => Text(verb, s),
            long n => Integer(verb, n),
            double d when verb is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' => Float(d, verb),
            bool b when verb == 't' => b ? "true" : "false",
            null or double or bool => null,
            _ when verb is 's' => GoFormat.Text(value),
            _ => null,
        },
    };

    private readonly string? Text(char verb, string text)
    {
        if (_precision >= 0 && verb is 's' or 'q')
            text = Cut(text, _precision);
        return verb switch
        {
            's' => text,
            'q' => GoFormat.Quote(text),
            'x' => Convert.ToHexString(Encoding.UTF8.GetBytes(text)).ToLowerInvariant(),
            'X' => Convert.ToHexString(Encoding.UTF8.GetBytes(text)),
            _ => null,
        };
    }

    private static string Cut(string text, int runes)
    {
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (runes-- == 0)
                return text[..end];
            end += rune.Utf16SequenceLength;
        }

        return text;
    }

    private readonly string? Integer(char verb, long value)
    {
        switch (verb)
        {
            case 'd':
                return Signed(value);
            case 'x' or 'X' or 'o' or 'b':
                var magnitude = value < 0 ? (ulong)-value : (ulong)value;
                var digits = verb switch
                {
                    'x' => magnitude.ToString("x", CultureInfo.InvariantCulture),
                    'X' => magnitude.ToString("X", CultureInfo.InvariantCulture),
                    'b' => magnitude.ToString("b", CultureInfo.InvariantCulture),
                    _ => Convert.ToString((long)magnitude, 8),
                };
                return (value < 0 ? "-" : "") + digits;
            case 'c':
                return Rune.IsValid((int)value) ? new Rune((int)value).ToString() : "\ufffd";
            case 'q':
                return Rune.IsValid((int)value) ? $"'{new Rune((int)value)}'" : "'\ufffd'";
            case 'U':
                return $"U+{value:X4}";
            default:
                return null;
        }
    }

    private readonly string Signed(long value) => (_plus && value >= 0 ? "+" : _space && value >= 0 ? " " : "") + value.ToString(CultureInfo.InvariantCulture);

    private readonly string Float(double value, char verb)
    {
        var text = verb switch
        {
            'f' or 'F' => value.ToString("F" + (_precision < 0 ? 6 : _precision), CultureInfo.InvariantCulture),
            'e' or 'E' => Exponent(value.ToString($"{verb}{(_precision < 0 ? 6 : _precision)}", CultureInfo.InvariantCulture)),
            _ => _precision < 0 ? GoFormat.Float(value) : General(value),
        };
        return (_plus && value >= 0 ? "+" : _space && value >= 0 ? " " : "") + text;
    }

    // .NET pads exponents to three digits, Go to two.
    private static string Exponent(string text)
    {
        var mark = text.IndexOfAny(['e', 'E']);
        var exponent = int.Parse(text.AsSpan(mark + 2), CultureInfo.InvariantCulture);
        return $"{text[..(mark + 2)]}{exponent:00}";
    }

    private readonly string General(double value)
    {
        var digits = Math.Max(_precision, 1);
        var rounded = double.Parse(value.ToString("E" + (digits - 1), CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var exponent = rounded == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(rounded)));
        return exponent < -4 || exponent >= digits ? GoFormat.Exponential(rounded) : GoFormat.Fixed(rounded);
    }

    private readonly void Pad(string text, object? value)
    {
        var missing = _width - new StringInfoLength(text).Runes;
        if (missing <= 0)
            _out.Append(text);
        else if (_minus)
            _out.Append(text).Append(' ', missing);
        else if (_zero && value is long or double && text.Length > 0 && text[0] is '-' or '+')
            _out.Append(text[0]).Append('0', missing).Append(text, 1, text.Length - 1);
        else
            _out.Append(_zero ? '0' : ' ', missing).Append(text);
    }

    private readonly void Bad(char verb, object? value)
    {
        _out.Append("%!").Append(verb).Append('(');
        if (value is null)
            _out.Append("<nil>");
        else
            _out.Append(TypeName(value)).Append('=').Append(GoFormat.Text(value));
        _out.Append(')');
    }

    private void Extra()
    {
        _out.Append("%!(EXTRA ");
        for (var first = true; _argument < _arguments.Count; _argument++, first = false)
        {
            var value = _arguments[_argument];
            _out.Append(first ? "" : ", ");
            if (value is null)
                _out.Append("<nil>");
            else
                _out.Append(TypeName(value)).Append('=').Append(GoFormat.Text(value));
        }

        _out.Append(')');
    }

    internal static string TypeName(object? value) => value switch
    {
        null => "<nil>",
        string => "string",
        bool => "bool",
        long => "int",
        double => "float64",
        ValueMap => "map[string]interface {}",
        List<object?> => "[]interface {}",
        _ => value.GetType().Name,
    };

    private readonly struct StringInfoLength(string text)
    {
        public int Runes
        {
            get
            {
                var runes = 0;
                foreach (var _ in text.EnumerateRunes())
                    runes++;
                return runes;
            }
        }
    }
}
