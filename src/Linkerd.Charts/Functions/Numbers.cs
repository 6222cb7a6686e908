using System.Globalization;
using Linkerd.Charts.Values;

namespace Linkerd.Charts.Functions;

/// <summary>Numbers out of whatever a value is, as Sprig converts them: what is no number is zero.</summary>
internal static class Numbers
{
    public static long ToLong(object? value) => value switch
    {
        long n => n,
        bool b => b ? 1 : 0,
        double d => double.IsNaN(d) ? long.MinValue : (long)d,
        string s => ParseLong(s),
        _ => 0,
    };

    public static double ToDouble(object? value) => value switch
    {
        long n => n,
        bool b => b ? 1 : 0,
        double d => d,
        string s when double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) => d,
        _ => 0,
    };

    /// <summary>An integer with Go's prefixes 0x, 0o, 0b and 0; zero where it is none.</summary>
    private static long ParseLong(string text)
    {
        var negative = text.StartsWith('-');
        var digits = text.AsSpan(negative || text.StartsWith('+') ? 1 : 0);
        if (digits.IsEmpty || digits[0] is '+' or '-')
            return 0;
        try
        {
            var radix = 10;
            if (digits.Length > 1 && digits[0] == '0')
            {
                radix = digits[1] switch { 'x' or 'X' => 16, 'b' or 'B' => 2, _ => 8 };
                digits = digits[(digits[1] is 'x' or 'X' or 'b' or 'B' or 'o' or 'O' ? 2 : 1)..];
            }

            var number = radix == 10 ? long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture) : Convert.ToInt64(digits.ToString(), radix);
            return negative ? -number : number;
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            return 0;
        }
    }

    /// <summary>Whether a value equals another as <c>eq</c> sees it; null when the two cannot be compared.</summary>
    public static bool? Same(object? a, object? b) => (a, b) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (long x, long y) => x == y,
        (double x, double y) => x.Equals(y),
        (string x, string y) => x == y,
        (bool x, bool y) => x == y,
        _ => null,
    };

    /// <summary>Whether values are equal all the way down.</summary>
    public static bool DeepEqual(object? a, object? b) => (a, b) switch
    {
        (ValueMap x, ValueMap y) => x.Count == y.Count && x.All(e => y.TryGetValue(e.Key, out var other) && DeepEqual(e.Value, other)),
        (List<object?> x, List<object?> y) => x.Count == y.Count && x.Zip(y).All(p => DeepEqual(p.First, p.Second)),
        _ => Same(a, b) ?? false,
    };
}
