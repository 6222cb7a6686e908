namespace Linkerd.Proxy.Inbound;

/// <summary>The <c>forwarded</c> header (RFC 7239), by which a gateway knows requests that it has seen before.</summary>
internal static class ForwardedHeader
{
    /// <summary>Whether one of a value's elements says that <paramref name="identity"/> handed it on (<c>by=</c>).</summary>
    public static bool IsBy(ReadOnlySpan<byte> value, ReadOnlySpan<byte> identity)
    {
        while (!value.IsEmpty)
        {
            // RFC 7239 section 4: elements are separated by commas, an element's pairs by semicolons.
            int end = value.IndexOfAny((byte)',', (byte)';');
            ReadOnlySpan<byte> pair = Trim(end < 0 ? value : value[..end]);
            value = end < 0 ? default : value[(end + 1)..];
            if (pair.Length < 3 || (pair[0] | 0x20) != 'b' || (pair[1] | 0x20) != 'y' || pair[2] != '=') continue;
            ReadOnlySpan<byte> by = pair[3..];
            if (by.Length >= 2 && by[0] == '"' && by[^1] == '"') by = by[1..^1];
            if (by.SequenceEqual(identity)) return true;
        }

        return false;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);
}
