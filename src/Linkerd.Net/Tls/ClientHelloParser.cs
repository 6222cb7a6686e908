using System.Buffers.Binary;
using System.Text;

namespace Linkerd.Net;

/// <summary>
/// Looks into the first bytes of a connection without consuming them: is it TLS, and whom does the client want? A pure function of
/// the bytes so far; the hello may span segments and TLS records (RFC 8446 sections 4.1.2 and 5.1).
/// </summary>
public static class ClientHelloParser
{
    /// <summary>A hello longer than this, headers included, is not looked into: 8 KiB.</summary>
    public const int MaxLength = 8 * 1024;

    private const int RecordHeader = 5, MessageHeader = 4;
    private const byte HandshakeRecord = 22, ClientHelloMessage = 1;
    private const int ServerNameExtension = 0, AlpnExtension = 16;

    /// <summary>Parses what has arrived so far.</summary>
    public static ClientHello Parse(ReadOnlySpan<byte> data)
    {
        Span<byte> message = stackalloc byte[MaxLength];
        int length = 0;
        ReadOnlySpan<byte> rest = data;
        while (true)
        {
            ClientHelloKind kind = NextRecord(ref rest, out ReadOnlySpan<byte> fragment);
            if (kind == ClientHelloKind.NotTls || length + fragment.Length > message.Length) return ClientHello.NotTls;
            fragment.CopyTo(message[length..]);
            length += fragment.Length;
            if (length > 0 && message[0] != ClientHelloMessage) return ClientHello.NotTls;
            if (length >= MessageHeader)
            {
                int body = (message[1] << 16) | (message[2] << 8) | message[3];
                if (body > MaxLength - MessageHeader - RecordHeader) return ClientHello.NotTls;
                if (length >= MessageHeader + body) return ParseBody(message.Slice(MessageHeader, body));
            }

            if (kind == ClientHelloKind.NeedMore) return data.Length >= MaxLength ? ClientHello.NotTls : ClientHello.NeedMore;
        }
    }

    /// <summary>Takes one record, or what there is of it (NeedMore).</summary>
    private static ClientHelloKind NextRecord(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> fragment)
    {
        fragment = default;
        if (data.Length > 0 && data[0] != HandshakeRecord) return ClientHelloKind.NotTls;
        // legacy_record_version is 3.1 to 3.3 in the wild; 3.4 never goes on the wire.
        if (data.Length > 1 && data[1] != 3) return ClientHelloKind.NotTls;
        if (data.Length > 2 && data[2] > 3) return ClientHelloKind.NotTls;
        if (data.Length < RecordHeader) return ClientHelloKind.NeedMore;
        int length = BinaryPrimitives.ReadUInt16BigEndian(data[3..]);
        // A record holds at least one byte of a handshake message and at most 2^14.
        if (length is 0 or > 16384) return ClientHelloKind.NotTls;
        int present = Math.Min(length, data.Length - RecordHeader);
        fragment = data.Slice(RecordHeader, present);
        data = data[(RecordHeader + present)..];
        return present < length ? ClientHelloKind.NeedMore : ClientHelloKind.Complete;
    }

    private static ClientHello ParseBody(ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body);
        if (!reader.Skip(2 + 32) || !reader.TryVector8(out _) || !reader.TryVector16(out ReadOnlySpan<byte> suites)
            || !reader.TryVector8(out ReadOnlySpan<byte> compression) || suites.Length < 2 || compression.IsEmpty) return ClientHello.NotTls;
        string? serverName = null;
        IReadOnlyList<string> alpn = [];
        if (reader.IsEmpty) return new ClientHello(ClientHelloKind.Complete, null, alpn);
        if (!reader.TryVector16(out ReadOnlySpan<byte> block) || !reader.IsEmpty) return ClientHello.NotTls;
        var extensions = new TlsReader(block);
        while (!extensions.IsEmpty)
        {
            if (!extensions.TryUInt16(out int type) || !extensions.TryVector16(out ReadOnlySpan<byte> value)) return ClientHello.NotTls;
            if (type == ServerNameExtension && !TryServerName(value, out serverName)) return ClientHello.NotTls;
            if (type == AlpnExtension && !TryAlpn(value, out alpn)) return ClientHello.NotTls;
        }

        return new ClientHello(ClientHelloKind.Complete, serverName, alpn);
    }

    /// <summary>RFC 6066 section 3: a list with at most one host_name, ASCII, without a trailing dot.</summary>
    private static bool TryServerName(ReadOnlySpan<byte> extension, out string? name)
    {
        name = null;
        var outer = new TlsReader(extension);
        if (!outer.TryVector16(out ReadOnlySpan<byte> block) || !outer.IsEmpty) return false;
        var list = new TlsReader(block);
        while (!list.IsEmpty)
        {
            if (!list.TryUInt8(out int type) || !list.TryVector16(out ReadOnlySpan<byte> value)) return false;
            if (type != 0) continue;
            if (name is not null || value.IsEmpty || value.Length > 255 || value.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E)) return false;
            name = Encoding.ASCII.GetString(value).ToLowerInvariant();
        }

        return true;
    }

    /// <summary>RFC 7301 section 3.1.</summary>
    private static bool TryAlpn(ReadOnlySpan<byte> extension, out IReadOnlyList<string> protocols)
    {
        var result = new List<string>();
        protocols = result;
        var outer = new TlsReader(extension);
        if (!outer.TryVector16(out ReadOnlySpan<byte> block) || !outer.IsEmpty) return false;
        var list = new TlsReader(block);
        while (!list.IsEmpty)
        {
            if (!list.TryVector8(out ReadOnlySpan<byte> value) || value.IsEmpty) return false;
            result.Add(Encoding.Latin1.GetString(value));
        }

        return true;
    }
}
