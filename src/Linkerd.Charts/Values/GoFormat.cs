using System.Globalization;
using System.Text;

namespace Linkerd.Charts.Values;

/// <summary>How Go writes values: its <c>%v</c>, its quoted strings and its shortest floating point.</summary>
internal static class GoFormat
{
    /// <summary>Go's <c>fmt.Sprint</c> of one value; null is <c>&lt;nil&gt;</c>.</summary>
    public static string Text(object? value) => value switch
    {
        null => "<nil>",
        string s => s,
        bool b => b ? "true" : "false",
        long n => n.ToString(CultureInfo.InvariantCulture),
        double d => Float(d),
        _ => Composite(value),
    };

    /// <summary>Shortest digits, with an exponent below 1e-4 and from 1e6 on, as Go's <c>%v</c> writes them.</summary>
    public static string Float(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "+Inf" : "-Inf";
        if (value == 0)
            return double.IsNegative(value) ? "-0" : "0";
        var (digits, exponent) = Digits(Math.Abs(value));
        var sign = value < 0 ? "-" : "";
        return exponent is < -4 or >= 6 ? sign + Scientific(digits, exponent) : sign + Positional(digits, exponent);
    }

    /// <summary>Go's <c>%e</c> with shortest digits.</summary>
    public static string Exponential(double value)
    {
        var (digits, exponent) = value == 0 ? ("0", 0) : Digits(Math.Abs(value));
        return (double.IsNegative(value) ? "-" : "") + Scientific(digits, exponent);
    }

    /// <summary>Go's <c>%f</c> with shortest digits.</summary>
    public static string Fixed(double value)
    {
        if (value == 0)
            return double.IsNegative(value) ? "-0" : "0";
        var (digits, exponent) = Digits(Math.Abs(value));
        return (value < 0 ? "-" : "") + Positional(digits, exponent);
    }

    /// <summary>A string between double quotes, escaped as <c>strconv.Quote</c> does.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"':
                    quoted.Append("\\\"");
                    break;
                case '\\':
                    quoted.Append("\\\\");
                    break;
                default:
                    if (IsPrintable(rune))
                        quoted.Append(rune.ToString());
                    else
                        AppendEscape(quoted, rune.Value);
                    break;
            }
        }

        return quoted.Append('"').ToString();
    }

    private static void AppendEscape(StringBuilder quoted, int value)
    {
        const string named = "abtnvfr";
        if (value is >= 7 and <= 13)
            quoted.Append('\\').Append(named[value - 7]);
        else if (value is < ' ' or 0x7f)
            quoted.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
        else if (value < 0x10000)
            quoted.Append(CultureInfo.InvariantCulture, $"\\u{value:x4}");
        else
            quoted.Append(CultureInfo.InvariantCulture, $"\\U{value:x8}");
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static string Composite(object value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case ValueMap map:
                text.Append("map[");
                var first = true;
                foreach (var (key, item) in map)
                {
                    text.Append(first ? "" : " ").Append(key).Append(':');
                    first = false;
                    Append(text, item);
                }

                text.Append(']');
                break;
            case List<object?> list:
                text.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    text.Append(i == 0 ? "" : " ");
                    Append(text, list[i]);
                }

                text.Append(']');
                break;
            case null or string or bool or long or double:
                text.Append(Text(value));
                break;
            default:
                text.Append(value);
                break;
        }
    }

    // "R" gives the shortest digits that read back as the same number, as Go does.
    private static (string Digits, int Exponent) Digits(double value)
    {
        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var mark = shortest.IndexOf('E', StringComparison.Ordinal);
        var mantissa = mark < 0 ? shortest : shortest[..mark];
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        // E16 may round 9.99… up to the next power of ten, R does not.
        if (mark >= 0)
            exponent = int.Parse(shortest.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return (digits, exponent);
    }

    private static string Scientific(string digits, int exponent)
    {
        var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    private static string Positional(string digits, int exponent)
    {
        if (exponent < 0)
            return "0." + new string('0', -exponent - 1) + digits;
        return digits.Length <= exponent + 1
            ? digits + new string('0', exponent + 1 - digits.Length)
            : $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }
}
