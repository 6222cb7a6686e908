using System.Globalization;
using System.Text.RegularExpressions;

namespace Linkerd.Charts.Yaml;

/// <summary>What a plain scalar means in YAML 1.1 as Go's YAML library reads it, which is what Helm and kubectl use.</summary>
internal static partial class YamlScalars
{
    /// <summary>The value of a plain scalar: null, bool, double or the text itself. Timestamps stay text: JSON has none.</summary>
    public static object? Resolve(string text)
    {
        if (IsNull(text))
            return null;
        if (Boolean(text) is { } boolean)
            return boolean;
        return Number(text) is { } number ? number : text;
    }

    /// <summary>Whether the text, written plainly, would be read as something else than this text.</summary>
    public static bool IsAmbiguous(string text) =>
        IsNull(text) || Boolean(text) is not null || Number(text) is not null || IsSpecialFloat(text) || IsTimestamp(text) || Base60().IsMatch(text);

    private static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    private static bool IsSpecialFloat(string text) => text is ".nan" or ".NaN" or ".NAN"
        or ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" or "-.inf" or "-.Inf" or "-.INF";

    private static bool? Boolean(string text) => text switch
    {
        "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => true,
        "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => false,
        _ => null,
    };

    private static double? Number(string text)
    {
        if (text.Length is 0 or > 400)
            return null;
        if (text[0] == '.')
            return GoFloat(text);
        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-'))
            return null;
        if (IsTimestamp(text))
            return null;
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        return Integer(plain) ?? (StyleFloat().IsMatch(plain) ? GoFloat(plain) : null);
    }

    private static double? GoFloat(string text) =>
        StyleFloat().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    private static double? Integer(string text)
    {
        var negative = text[0] == '-';
        var digits = text.AsSpan(negative || text[0] == '+' ? 1 : 0);
        if (digits.IsEmpty)
            return null;
        var radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            (radix, var skip) = digits[1] switch
            {
                'x' or 'X' => (16, 2),
                'b' or 'B' => (2, 2),
                'o' or 'O' => (8, 2),
                _ => (8, 1),
            };
            digits = digits[skip..];
        }

        if (digits.IsEmpty)
            return null;
        var value = 0UL;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : 99;
            if (digit >= radix || value > (ulong.MaxValue - (ulong)digit) / (ulong)radix)
                return null;
            value = (value * (ulong)radix) + (ulong)digit;
        }

        if (negative)
            return value <= 1UL << 63 ? -(double)value : null;
        return text[0] == '+' && value > long.MaxValue ? null : value;
    }

    private static bool IsTimestamp(string text) => text.Length > 5 && text[4] == '-' && Timestamp().IsMatch(text) && DateIsReal(text);

    private static bool DateIsReal(string text)
    {
        var end = text.AsSpan().IndexOfAny('T', 't', ' ');
        var date = (end < 0 ? text : text[..end]).Split('-');
        return int.Parse(date[1], CultureInfo.InvariantCulture) is >= 1 and <= 12 and var month
            && int.Parse(date[2], CultureInfo.InvariantCulture) is >= 1 and var day
            && day <= DateTime.DaysInMonth(Math.Max(int.Parse(date[0], CultureInfo.InvariantCulture), 1), month);
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StyleFloat();

    [GeneratedRegex(@"^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Base60();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt](?:[01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9](?:[.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})| (?:[01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9](?:[.,][0-9]+)?)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Timestamp();
}
