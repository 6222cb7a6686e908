using System.Buffers;
using System.Globalization;

namespace Linkerd.Model;

/// <summary>Durations as Go's time.ParseDuration takes them: signed decimal numbers with units, such as <c>1h15m30.5s</c>, <c>300ms</c> or <c>0</c>.</summary>
public static class GoDuration
{
    private static readonly SearchValues<char> s_numberLetters = SearchValues.Create("0123456789.");

    /// <summary>False when the text is no duration, or longer than the 292 years that Go holds.</summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = default;
        ReadOnlySpan<char> rest = text;
        bool negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+")) rest = rest[1..];
        if (rest.SequenceEqual("0")) return true;
        if (rest.IsEmpty) return false;
        decimal seconds = 0m;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExcept(s_numberLetters);
            if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)) return false;
            rest = rest[digits..];
            int unit = rest.IndexOfAny(s_numberLetters);
            if (SecondsOf(unit < 0 ? rest : rest[..unit]) is not { } factor || number > 1_000_000_000_000m) return false;
            seconds += number * factor;
            // Go holds nanoseconds in 64 bits.
            if (seconds > 9_223_372_036m) return false;
            rest = unit < 0 ? default : rest[unit..];
        }

        long ticks = (long)(seconds * TimeSpan.TicksPerSecond);
        value = TimeSpan.FromTicks(negative ? -ticks : ticks);
        return true;
    }

    private static decimal? SecondsOf(ReadOnlySpan<char> unit) => unit switch
    {
        "h" => 3600m,
        "m" => 60m,
        "s" => 1m,
        "ms" => 0.001m,
        "us" or "µs" or "μs" => 0.000001m,
        "ns" => 0.000000001m,
        _ => null,
    };
}
