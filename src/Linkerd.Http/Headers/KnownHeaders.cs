namespace Linkerd.Http;

/// <summary>Names of <see cref="KnownHeader"/>s, and the way back from a name.</summary>
public static class KnownHeaders
{
    /// <summary>How many there are, <see cref="KnownHeader.Other"/> included.</summary>
    public const int Count = 92;

    private static readonly byte[][] Names =
    [
        [],
        [.. "accept-charset"u8],
        [.. "accept-encoding"u8],
        [.. "accept-language"u8],
        [.. "accept-ranges"u8],
        [.. "accept"u8],
        [.. "access-control-allow-origin"u8],
        [.. "age"u8],
        [.. "allow"u8],
        [.. "authorization"u8],
        [.. "cache-control"u8],
        [.. "content-disposition"u8],
        [.. "content-encoding"u8],
        [.. "content-language"u8],
        [.. "content-length"u8],
        [.. "content-location"u8],
        [.. "content-range"u8],
        [.. "content-type"u8],
        [.. "cookie"u8],
        [.. "date"u8],
        [.. "etag"u8],
        [.. "expect"u8],
        [.. "expires"u8],
        [.. "from"u8],
        [.. "host"u8],
        [.. "if-match"u8],
        [.. "if-modified-since"u8],
        [.. "if-none-match"u8],
        [.. "if-range"u8],
        [.. "if-unmodified-since"u8],
        [.. "last-modified"u8],
        [.. "link"u8],
        [.. "location"u8],
        [.. "max-forwards"u8],
        [.. "proxy-authenticate"u8],
        [.. "proxy-authorization"u8],
        [.. "range"u8],
        [.. "referer"u8],
        [.. "refresh"u8],
        [.. "retry-after"u8],
        [.. "server"u8],
        [.. "set-cookie"u8],
        [.. "strict-transport-security"u8],
        [.. "transfer-encoding"u8],
        [.. "user-agent"u8],
        [.. "vary"u8],
        [.. "via"u8],
        [.. "www-authenticate"u8],
        [.. "connection"u8],
        [.. "keep-alive"u8],
        [.. "proxy-connection"u8],
        [.. "te"u8],
        [.. "trailer"u8],
        [.. "upgrade"u8],
        [.. "http2-settings"u8],
        [.. "forwarded"u8],
        [.. "x-forwarded-for"u8],
        [.. "x-forwarded-host"u8],
        [.. "x-forwarded-proto"u8],
        [.. "x-request-id"u8],
        [.. "x-b3-traceid"u8],
        [.. "x-b3-spanid"u8],
        [.. "x-b3-parentspanid"u8],
        [.. "x-b3-sampled"u8],
        [.. "x-b3-flags"u8],
        [.. "traceparent"u8],
        [.. "tracestate"u8],
        [.. "origin"u8],
        [.. "grpc-status"u8],
        [.. "grpc-message"u8],
        [.. "grpc-encoding"u8],
        [.. "grpc-accept-encoding"u8],
        [.. "grpc-timeout"u8],
        [.. "grpc-trace-bin"u8],
        [.. "grpc-status-details-bin"u8],
        [.. "grpc-retry-pushback-ms"u8],
        [.. "l5d-client-id"u8],
        [.. "l5d-dst-canonical"u8],
        [.. "l5d-dst-override"u8],
        [.. "l5d-require-id"u8],
        [.. "l5d-proxy-error"u8],
        [.. "l5d-proxy-connection"u8],
        [.. "l5d-orig-proto"u8],
        [.. "l5d-server-id"u8],
        [.. "l5d-remote-ip"u8],
        [.. "l5d-retry-http"u8],
        [.. "l5d-retry-grpc"u8],
        [.. "l5d-retry-limit"u8],
        [.. "l5d-retry-timeout"u8],
        [.. "l5d-timeout"u8],
        [.. "l5d-response-timeout"u8],
        [.. "l5d-request-timeout"u8],
    ];

    // Open addressing over four times as many slots; the key is cheap because names differ in length and ends.
    private static readonly byte[] Slots = BuildSlots();

    /// <summary>The name in lower case; empty for <see cref="KnownHeader.Other"/>.</summary>
    public static ReadOnlySpan<byte> NameOf(KnownHeader header) => Names[(int)header];

    /// <summary>Which header <paramref name="lowerCaseName"/> is.</summary>
    public static KnownHeader Find(ReadOnlySpan<byte> lowerCaseName)
    {
        if (lowerCaseName.Length is < 2 or > 32) return KnownHeader.Other;
        byte[] slots = Slots;
        for (int slot = Slot(lowerCaseName); slots[slot] != 0; slot = (slot + 1) & (slots.Length - 1))
        {
            if (lowerCaseName.SequenceEqual(Names[slots[slot]])) return (KnownHeader)slots[slot];
        }

        return KnownHeader.Other;
    }

    private static int Slot(ReadOnlySpan<byte> name)
    {
        uint key = (uint)name.Length | ((uint)name[0] << 5) | ((uint)name[^1] << 13) | ((uint)name[name.Length / 2] << 20);
        return (int)((key * 0x9E3779B1u) >> 23);
    }

    private static byte[] BuildSlots()
    {
        var slots = new byte[512];
        for (int i = 1; i < Names.Length; i++)
        {
            int slot = Slot(Names[i]);
            while (slots[slot] != 0) slot = (slot + 1) & (slots.Length - 1);
            slots[slot] = (byte)i;
        }

        return slots;
    }
}
