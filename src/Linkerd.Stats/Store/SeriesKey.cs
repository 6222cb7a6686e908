using System.Runtime.InteropServices;

namespace Linkerd.Stats.Store;

/// <summary>
/// 128 bits of a series' text. The text itself is half of what a series would weigh, and is only needed to find it again. The seeds are
/// of this process, so that a target cannot choose texts that collide.
/// </summary>
internal readonly record struct SeriesKey(ulong High, ulong Low)
{
    private static readonly ulong SeedA = Seed();
    private static readonly ulong SeedB = Seed();

    public static SeriesKey Of(ReadOnlySpan<char> text)
    {
        var (a, b) = (SeedA ^ (ulong)text.Length, SeedB);
        var words = MemoryMarshal.Cast<char, ulong>(text);
        foreach (var word in words)
        {
            a = Fold(a ^ word, 0x9E3779B97F4A7C15);
            b = Fold(b + word, 0xD6E8FEB86659FD93);
        }

        foreach (var c in text[(words.Length * 4)..])
        {
            a = Fold(a ^ c, 0x9E3779B97F4A7C15);
            b = Fold(b + c, 0xD6E8FEB86659FD93);
        }

        return new SeriesKey(Fold(a ^ SeedB, 0xA0761D6478BD642F), Fold(b ^ SeedA, 0xE7037ED1A0B428DB));
    }

    public override int GetHashCode() => (int)Low;

    private static ulong Fold(ulong x, ulong y)
    {
        var high = Math.BigMul(x, y, out var low);
        return high ^ low;
    }

    private static ulong Seed()
    {
        Span<byte> bytes = stackalloc byte[8];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes) | 1;
    }
}
