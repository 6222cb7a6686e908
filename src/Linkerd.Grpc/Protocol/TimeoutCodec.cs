using System.Globalization;

namespace Linkerd.Grpc.Protocol;

/// <summary><c>grpc-timeout</c>: at most eight digits and a unit.</summary>
public static class TimeoutCodec
{
    private const long MaxValue = 99_999_999;

    /// <summary>The shortest exact unit that fits; rounded up, so that a deadline is never moved forward. Negative spans are zero.</summary>
    public static string Encode(TimeSpan timeout)
    {
        var ticks = Math.Max(timeout.Ticks, 0);
        // A tick is 100 ns.
        if (ticks <= MaxValue / 100)
            return Format(ticks * 100, 'n');
        if (Ceiling(ticks, TimeSpan.TicksPerMicrosecond) is var micros and <= MaxValue)
            return Format(micros, 'u');
        if (Ceiling(ticks, TimeSpan.TicksPerMillisecond) is var millis and <= MaxValue)
            return Format(millis, 'm');
        if (Ceiling(ticks, TimeSpan.TicksPerSecond) is var seconds and <= MaxValue)
            return Format(seconds, 'S');
        if (Ceiling(ticks, TimeSpan.TicksPerMinute) is var minutes and <= MaxValue)
            return Format(minutes, 'M');
        return Format(Math.Min(Ceiling(ticks, TimeSpan.TicksPerHour), MaxValue), 'H');
    }

    /// <summary>Reads a value; false when it is malformed.</summary>
    public static bool TryDecode(ReadOnlySpan<char> value, out TimeSpan timeout)
    {
        timeout = default;
        if (value.Length is < 2 or > 9 || !long.TryParse(value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        long ticks = value[^1] switch
        {
            'n' => (number + 99) / 100,
            'u' => number * TimeSpan.TicksPerMicrosecond,
            'm' => number * TimeSpan.TicksPerMillisecond,
            'S' => number * TimeSpan.TicksPerSecond,
            'M' => number * TimeSpan.TicksPerMinute,
            'H' => number * TimeSpan.TicksPerHour,
            _ => -1,
        };
        timeout = new TimeSpan(Math.Max(ticks, 0));
        return ticks >= 0;
    }

    private static long Ceiling(long ticks, long unit) => ticks / unit + (ticks % unit == 0 ? 0 : 1);

    private static string Format(long value, char unit) => string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
}
