using Google.Protobuf.WellKnownTypes;

namespace Linkerd.Api.Mapping;

/// <summary>Spans of time off the wire.</summary>
public static class Durations
{
    /// <summary>The span, or null when it is absent. Negative and absurd ones are refused.</summary>
    public static TimeSpan? ToModel(Duration? duration, string field)
    {
        if (duration is null)
            return null;
        // 3.15e11 s, what a Duration may hold, fits a TimeSpan.
        if (duration.Seconds is < 0 or > 315_576_000_000 || duration.Nanos is < 0 or > 999_999_999)
            throw new WireException($"{field}: {duration.Seconds} s and {duration.Nanos} ns is no span from 0 up");
        return TimeSpan.FromTicks(duration.Seconds * TimeSpan.TicksPerSecond + duration.Nanos / 100);
    }

    /// <summary>The span, or the default when it is absent or zero.</summary>
    public static TimeSpan ToModel(Duration? duration, string field, TimeSpan fallback)
        => ToModel(duration, field) is { } span && span > TimeSpan.Zero ? span : fallback;
}
