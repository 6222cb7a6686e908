using System.Buffers;
using System.Globalization;

namespace Linkerd.Inject.Parsing;

/// <summary>Kubernetes quantities: a decimal number with a binary, decimal or exponent suffix.</summary>
internal static class Quantity
{
    private static readonly SearchValues<char> NumberLetters = SearchValues.Create("+-0123456789.");

    public static bool TryParse(string text, out decimal value)
    {
        value = 0;
        var digits = text.AsSpan().IndexOfAnyExcept(NumberLetters);
        var number = digits < 0 ? text.AsSpan() : text.AsSpan(0, digits);
        if (!decimal.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var mantissa))
            return false;
        if (FactorOf(digits < 0 ? default : text.AsSpan(digits)) is not { } factor || Math.Abs(mantissa) > decimal.MaxValue / Math.Max(factor, 1))
            return false;
        value = mantissa * factor;
        return true;
    }

    /// <summary>The number of whole cores that hold the quantity: rounded up.</summary>
    public static long ToWholeCores(decimal value) => value > long.MaxValue ? long.MaxValue : (long)Math.Ceiling(value);

    private static decimal? FactorOf(ReadOnlySpan<char> suffix)
    {
        switch (suffix)
        {
            case "": return 1m;
            case "n": return 0.000000001m;
            case "u": return 0.000001m;
            case "m": return 0.001m;
            case "k": return 1e3m;
            case "M": return 1e6m;
            case "G": return 1e9m;
            case "T": return 1e12m;
            case "P": return 1e15m;
            case "E": return 1e18m;
            case "Ki": return 1024m;
            case "Mi": return 1024m * 1024;
            case "Gi": return 1024m * 1024 * 1024;
            case "Ti": return 1024m * 1024 * 1024 * 1024;
            case "Pi": return 1024m * 1024 * 1024 * 1024 * 1024;
            case "Ei": return 1024m * 1024 * 1024 * 1024 * 1024 * 1024;
        }
        if (suffix[0] is not ('e' or 'E')
            || !int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) || Math.Abs(exponent) > 18)
            return null;
        var factor = 1m;
        for (var i = 0; i < Math.Abs(exponent); i++)
            factor = exponent > 0 ? factor * 10 : factor / 10;
        return factor;
    }
}
