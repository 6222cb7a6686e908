using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Linkerd.Kubernetes.Yaml;

/// <summary>
/// Types of plain scalars as kubectl sees them: YAML 1.1 (<c>yes</c>, <c>on</c> and <c>0777</c> are not strings), except
/// that timestamps stay strings because JSON has none.
/// </summary>
internal static class YamlScalar
{
    private const string TagPrefix = "tag:yaml.org,2002:";

    public static JsonNode? Resolve(Scalar scalar)
    {
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        var text = scalar.Value;
        if (tag is TagPrefix + "str" or "!" || (tag.Length == 0 && scalar.Style != ScalarStyle.Plain))
            return JsonValue.Create(text);
        if (tag is TagPrefix + "binary")
            return JsonValue.Create(text.ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal));
        if (IsNull(text))
            return null;
        if (ToBoolean(text) is { } boolean)
            return JsonValue.Create(boolean);
        if (ToNumber(text) is { } number)
            return number;
        return text is ".inf" or "-.inf" or "+.inf" or ".nan" or ".Inf" or ".NaN"
            ? throw new YamlException(scalar.Start, scalar.End, $"{text} cannot be written in JSON: quote it if text is meant")
            : JsonValue.Create(text);
    }

    /// <summary>Whether a string must be quoted so that it is read as a string.</summary>
    public static bool IsAmbiguous(string text) => IsNull(text) || ToBoolean(text) is not null || ToNumber(text) is not null || LooksLikeTimestamp(text);

    private static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    private static bool? ToBoolean(string text) => text switch
    {
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N" => false,
        _ => null,
    };

    private static JsonValue? ToNumber(string text)
    {
        if (text.Length > 400 || !(char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.'))
            return null;
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        if (ToInteger(plain) is { } integer)
            return JsonValue.Create(integer);
        if (ulong.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out var unsigned))
            return JsonValue.Create(unsigned);
        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return plain.AsSpan().TrimStart("+-").IndexOfAnyInRange('0', '9') is 0 or 1
            && double.TryParse(plain, styles, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? JsonValue.Create(real)
            : null;
    }

    private static long? ToInteger(string text)
    {
        var negative = text.StartsWith('-');
        var digits = text.AsSpan(negative || text.StartsWith('+') ? 1 : 0);
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

        return Parse(digits, radix) is { } value ? negative ? -value : value : null;
    }

    private static long? Parse(ReadOnlySpan<char> digits, int radix)
    {
        if (digits.IsEmpty)
            return null;
        var value = 0L;
        foreach (var c in digits)
        {
            if (!char.IsAsciiHexDigit(c) || Convert.ToInt32(c.ToString(), 16) is var digit && digit >= radix || value > (long.MaxValue - digit) / radix)
                return null;
            value = value * radix + digit;
        }

        return value;
    }

    private static bool LooksLikeTimestamp(string text) => text.Length >= 8 && char.IsAsciiDigit(text[0]) && text[4] == '-';
}
