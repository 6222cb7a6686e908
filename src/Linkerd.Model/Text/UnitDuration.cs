using System.Globalization;

namespace Linkerd.Model;

/// <summary>Durations as the proxy and its companions take them: a whole number and one unit (<c>ms s m h d</c>), such as <c>300ms</c> or <c>1d</c>; only zero may go without.</summary>
public static class UnitDuration
{
    /// <summary>False when the text is no such duration, or longer than half of what a <see cref="TimeSpan"/> holds.</summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = default;
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        int digits = 0;
        while (digits < trimmed.Length && char.IsAsciiDigit(trimmed[digits])) digits++;
        if (digits == 0 || !long.TryParse(trimmed[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out long number)) return false;
        long unit = trimmed[digits..] switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            "" when number == 0 => 1,
            _ => 0,
        };
        if (unit == 0 || number > TimeSpan.MaxValue.Ticks / unit / 2) return false;
        value = TimeSpan.FromTicks(number * unit);
        return true;
    }
}
