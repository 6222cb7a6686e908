namespace Linkerd.Charts.Yaml;

/// <summary>The order in which Go's YAML library writes keys: digits by their number, letters after everything else.</summary>
internal sealed class NaturalKeyOrder : IComparer<string>
{
    public static readonly NaturalKeyOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x, b = y;
        for (var i = 0; i < a.Length && i < b.Length; i++)
        {
            if (a[i] == b[i])
                continue;
            var letterA = char.IsLetter(a[i]);
            var letterB = char.IsLetter(b[i]);
            if (letterA && letterB)
                return a[i].CompareTo(b[i]);
            if (letterA || letterB)
                return letterB ? -1 : 1;
            return CompareDigits(a, b, i);
        }

        return a.Length.CompareTo(b.Length);
    }

    private static int CompareDigits(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int at)
    {
        // Leading zeros count for less than digits, unless a number has begun before them.
        var seed = (a[at] == '0' || b[at] == '0') && HasNumberBefore(a, at) ? 1L : 0L;
        var (numberA, endA) = Number(a, at, seed);
        var (numberB, endB) = Number(b, at, seed);
        if (numberA != numberB)
            return numberA.CompareTo(numberB);
        return endA != endB ? endA.CompareTo(endB) : a[at].CompareTo(b[at]);
    }

    private static bool HasNumberBefore(ReadOnlySpan<char> text, int at)
    {
        for (var i = at - 1; i >= 0 && char.IsDigit(text[i]); i--)
        {
            if (text[i] != '0')
                return true;
        }

        return false;
    }

    private static (long Number, int End) Number(ReadOnlySpan<char> text, int from, long seed)
    {
        var end = from;
        for (; end < text.Length && char.IsDigit(text[end]); end++)
            seed = unchecked((seed * 10) + (text[end] - '0'));
        return (seed, end);
    }
}
