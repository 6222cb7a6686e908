namespace Linkerd.Proxy.Detect;

/// <summary>Tells HTTP from the first bytes. A pure function, so that it can be tested byte by byte.</summary>
public static class HttpDetection
{
    /// <summary>Bytes looked at, at most.</summary>
    public const int MaxLength = 1024;

    /// <summary>Bytes without which HTTP is not claimed: the length of HTTP/2's prefix.</summary>
    public const int MinLength = 14;

    private static ReadOnlySpan<byte> Http2Prefix => "PRI * HTTP/2.0"u8;

    /// <summary>
    /// The protocol, or null while it takes more bytes. Bytes that cannot become HTTP are opaque at once, however few: a client that
    /// waits for an answer to a short greeting would else wait for the timeout.
    /// </summary>
    public static DetectedProtocol? Detect(ReadOnlySpan<byte> data)
    {
        data = data[..Math.Min(data.Length, MaxLength)];
        if (data.StartsWith(Http2Prefix)) return DetectedProtocol.Http2;
        if (Http2Prefix.StartsWith(data)) return null;
        if (!IsHttp1SoFar(data)) return DetectedProtocol.Opaque;
        return data.Length >= MinLength ? DetectedProtocol.Http1 : null;
    }

    /// <summary>The bytes are the beginning of an HTTP/1 request head, or all of one (RFC 9112 sections 2.2 and 3).</summary>
    private static bool IsHttp1SoFar(ReadOnlySpan<byte> data)
    {
        // Section 2.2: empty lines before the request line are ignored.
        while (data.Length > 0 && data[0] is (byte)'\r' or (byte)'\n')
        {
            if (!TakeLineEnd(ref data, out bool bad)) return !bad;
        }

        if (data.IsEmpty) return true;
        int method = LengthOfToken(data);
        if (method == data.Length) return true;
        if (method == 0 || data[method] != ' ') return false;
        data = data[(method + 1)..];
        int target = LengthOfVisible(data);
        if (target == data.Length) return true;
        if (target == 0 || data[target] != ' ') return false;
        data = data[(target + 1)..];
        ReadOnlySpan<byte> version = "HTTP/1."u8;
        int compared = Math.Min(version.Length, data.Length);
        if (!data[..compared].SequenceEqual(version[..compared])) return false;
        if (data.Length <= version.Length) return true;
        if (data[version.Length] is not ((byte)'0' or (byte)'1')) return false;
        data = data[(version.Length + 1)..];
        return TakeLineEnd(ref data, out bool invalid) ? AreFieldsSoFar(data) : !invalid;
    }

    private static bool AreFieldsSoFar(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (data[0] is (byte)'\r' or (byte)'\n') return TakeLineEnd(ref data, out bool bad) || !bad;
            int name = LengthOfToken(data);
            if (name == data.Length) return true;
            if (name == 0 || data[name] != ':') return false;
            data = data[(name + 1)..];
            int end = data.IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
            if (end < 0) return true;
            data = data[end..];
            if (!TakeLineEnd(ref data, out bool invalid)) return !invalid;
        }

        return true;
    }

    /// <summary>Takes CRLF or LF. False when there is none (bad) or only half of one (not bad).</summary>
    private static bool TakeLineEnd(ref ReadOnlySpan<byte> data, out bool bad)
    {
        bad = false;
        if (data.IsEmpty) return false;
        if (data[0] == '\n')
        {
            data = data[1..];
            return true;
        }

        if (data[0] == '\r' && data.Length == 1) return false;
        bad = data[0] != '\r' || data[1] != '\n';
        if (bad) return false;
        data = data[2..];
        return true;
    }

    private static int LengthOfToken(ReadOnlySpan<byte> data)
    {
        int length = 0;
        while (length < data.Length && IsTokenByte(data[length])) length++;
        return length;
    }

    private static int LengthOfVisible(ReadOnlySpan<byte> data)
    {
        int length = 0;
        while (length < data.Length && data[length] is > 0x20 and not 0x7F) length++;
        return length;
    }

    private static bool IsTokenByte(byte value) => char.IsAsciiLetterOrDigit((char)value) || "!#$%&'*+-.^_`|~"u8.Contains(value);
}
