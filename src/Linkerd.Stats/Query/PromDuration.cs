using System.Globalization;

namespace Linkerd.Stats.Query;

/// <summary>Durations as Prometheus writes them: a sequence of integer and unit, <c>1h30m</c>, with units ms, s, m, h, d and w.</summary>
public static class PromDuration
{
    /// <summary>Reads <paramref name="text"/>; null when it is empty, has an unknown unit, or is not positive.</summary>
    public static TimeSpan? Parse(string text)
    {
        var total = TimeSpan.Zero;
        var at = 0;
        while (at < text.Length)
        {
            var from = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            if (at == from || at - from > 9)
                return null;
            var amount = int.Parse(text.AsSpan(from, at - from), CultureInfo.InvariantCulture);
            from = at;
            while (at < text.Length && char.IsAsciiLetter(text[at]))
                at++;
            TimeSpan? unit = text[from..at] switch
            {
                "ms" => TimeSpan.FromMilliseconds(1),
                "s" => TimeSpan.FromSeconds(1),
                "m" => TimeSpan.FromMinutes(1),
                "h" => TimeSpan.FromHours(1),
                "d" => TimeSpan.FromDays(1),
                "w" => TimeSpan.FromDays(7),
                _ => null,
            };
            if (unit is not { } u || amount > TimeSpan.FromDays(3650) / u)
                return null;
            total += amount * u;
        }

        return total > TimeSpan.Zero ? total : null;
    }

    /// <summary>Writes a duration in the largest unit that holds it exactly: <c>90s</c>, <c>1m</c>, <c>6h</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        var ms = (long)duration.TotalMilliseconds;
        return ms switch
        {
            _ when ms % 3_600_000 == 0 => $"{ms / 3_600_000}h",
            _ when ms % 60_000 == 0 => $"{ms / 60_000}m",
            _ when ms % 1000 == 0 => $"{ms / 1000}s",
            _ => $"{ms}ms",
        };
    }
}
