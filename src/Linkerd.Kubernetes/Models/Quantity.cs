using System.Globalization;
using System.Text.Json.Serialization;

namespace Linkerd.Kubernetes.Models;

/// <summary>
/// An amount with a Kubernetes suffix: decimal (<c>n u m k M G T P E</c>), binary (<c>Ki Mi Gi Ti Pi Ei</c>) or an exponent.
/// It keeps its spelling and compares by value.
/// </summary>
[JsonConverter(typeof(QuantityConverter))]
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    private const int MaxLength = 64;
    private const decimal MaxWhole = long.MaxValue / 1000;

    private readonly string? _text;

    private Quantity(string text, decimal value)
    {
        _text = text;
        Value = value;
    }

    /// <summary>The amount in base units, for example 0.1 for <c>100m</c>.</summary>
    public decimal Value { get; }

    /// <summary>The amount in thousandths, rounded up as Kubernetes does.</summary>
    public long MilliValue => decimal.ToInt64(decimal.Ceiling(decimal.Clamp(Value, -MaxWhole, MaxWhole) * 1000));

    /// <summary>Parses a quantity; the error names the text.</summary>
    public static Quantity Parse(string text) =>
        TryParse(text, out var quantity) ? quantity : throw new FormatException($"\"{text}\" is not a quantity: write a number with an optional suffix such as 100m, 0.5, 20Mi or 1e3");

    /// <summary>Parses a quantity; false when the text is not one.</summary>
    public static bool TryParse(string? text, out Quantity quantity)
    {
        quantity = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
            return false;
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '+' or '-'))
            end++;
        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!decimal.TryParse(text.AsSpan(0, end), styles, CultureInfo.InvariantCulture, out var number) || !TryScale(text.AsSpan(end), out var scale))
            return false;
        try
        {
            quantity = new Quantity(text, number * scale);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    private static bool TryScale(ReadOnlySpan<char> suffix, out decimal scale)
    {
        scale = suffix switch
        {
            "" => 1m,
            "n" => 0.000000001m,
            "u" => 0.000001m,
            "m" => 0.001m,
            "k" => 1e3m,
            "M" => 1e6m,
            "G" => 1e9m,
            "T" => 1e12m,
            "P" => 1e15m,
            "E" => 1e18m,
            "Ki" => 1024m,
            "Mi" => 1048576m,
            "Gi" => 1073741824m,
            "Ti" => 1099511627776m,
            "Pi" => 1125899906842624m,
            "Ei" => 1152921504606846976m,
            _ => 0m,
        };
        if (scale != 0)
            return true;
        if (suffix[0] is not ('e' or 'E') || !int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) || Math.Abs(exponent) > 18)
            return false;
        scale = 1m;
        for (var i = 0; i < Math.Abs(exponent); i++)
            scale = exponent > 0 ? scale * 10 : scale / 10;
        return true;
    }

    public bool Equals(Quantity other) => Value == other.Value;

    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    public override int GetHashCode() => Value.GetHashCode();

    public int CompareTo(Quantity other) => Value.CompareTo(other.Value);

    public override string ToString() => _text ?? "0";

    public static bool operator ==(Quantity left, Quantity right) => left.Equals(right);

    public static bool operator !=(Quantity left, Quantity right) => !left.Equals(right);

    public static bool operator <(Quantity left, Quantity right) => left.Value < right.Value;

    public static bool operator >(Quantity left, Quantity right) => left.Value > right.Value;

    public static bool operator <=(Quantity left, Quantity right) => left.Value <= right.Value;

    public static bool operator >=(Quantity left, Quantity right) => left.Value >= right.Value;
}
