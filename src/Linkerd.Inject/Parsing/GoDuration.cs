using System.Buffers;
using System.Globalization;

namespace Linkerd.Inject.Parsing;

/// <summary>Durations as Go's time.ParseDuration takes them: signed decimal numbers with units, such as 1h15m30.5s or 300ms.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> NumberLetters = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
            rest = rest[1..];
        if (rest.SequenceEqual("0"))
            return true;
        if (rest.IsEmpty)
            return false;
        var seconds = 0m;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberLetters);
            if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            rest = rest[digits..];
            var unit = rest.IndexOfAny(NumberLetters);
            var name = unit < 0 ? rest : rest[..unit];
            if (SecondsOf(name) is not { } factor || number > 1_000_000_000_000m)
                return false;
            seconds += number * factor;
            rest = unit < 0 ? default : rest[unit..];
        }
        // Go holds nanoseconds in 64 bits: about 292 years.
        if (seconds > 9_223_372_036m)
            return false;
        var ticks = (long)(seconds * TimeSpan.TicksPerSecond);
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
