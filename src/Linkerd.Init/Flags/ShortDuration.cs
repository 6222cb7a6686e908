using System.Globalization;

namespace Linkerd.Init.Flags;

/// <summary>Durations of flags: numbers with the units h, m, s and ms.</summary>
internal static class ShortDuration
{
    /// <summary>An hour is more than any of these programs waits; a day is the bound.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = default;
        if (text.IsEmpty)
            return false;
        while (!text.IsEmpty)
        {
            var digits = 0;
            while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
                digits++;
            var letters = digits;
            while (letters < text.Length && char.IsAsciiLetter(text[letters]))
                letters++;
            if (!double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            double? seconds = text[digits..letters] switch { "h" => 3600, "m" => 60, "s" => 1, "ms" => 0.001, _ => null };
            if (seconds is null || number * seconds > Longest.TotalSeconds)
                return false;
            value += TimeSpan.FromSeconds(number * seconds.Value);
            text = text[letters..];
        }
        return value <= Longest;
    }
}
