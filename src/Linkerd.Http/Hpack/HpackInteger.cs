namespace Linkerd.Http;

/// <summary>Integers with a prefix (RFC 7541 §5.1), up to 2^28: nothing longer is lawful here.</summary>
internal static class HpackInteger
{
    /// <summary>Reads an integer whose first byte is at <paramref name="at"/>. False when it is cut off or too large.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, scoped ref int at, int prefixBits, out int value)
    {
        value = 0;
        if (at >= data.Length) return false;
        int mask = (1 << prefixBits) - 1;
        value = data[at++] & mask;
        if (value < mask) return true;
        for (int shift = 0; shift <= 21; shift += 7)
        {
            if (at >= data.Length) return false;
            byte b = data[at++];
            value += (b & 0x7f) << shift;
            if ((b & 0x80) == 0) return true;
        }

        return false;
    }

    /// <summary>Writes <paramref name="value"/> after <paramref name="flags"/>, which fill the first byte above the prefix. Returns the bytes written.</summary>
    public static int Write(Span<byte> target, byte flags, int prefixBits, int value)
    {
        int mask = (1 << prefixBits) - 1;
        if (value < mask)
        {
            target[0] = (byte)(flags | value);
            return 1;
        }

        target[0] = (byte)(flags | mask);
        value -= mask;
        int at = 1;
        while (value >= 0x80)
        {
            target[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[at++] = (byte)value;
        return at;
    }
}
