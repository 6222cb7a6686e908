using System.Buffers.Binary;
using System.Text;

namespace Linkerd.Proxy.Detect;

/// <summary>
/// The transport header's wire form: preface, big-endian length, protobuf <c>Header{port=1, name=2, session_protocol=3{http1=1|http2=2}}</c>.
/// Read and written by hand: four fields, and no protobuf runtime on the connection path.
/// </summary>
public static class TransportHeaderCodec
{
    /// <summary>Bytes of protobuf accepted at most: 4 KiB.</summary>
    public const int MaxMessage = 4096;

    /// <summary>Bytes of <see cref="TransportHeader.Name"/> at most: the longest DNS name.</summary>
    public const int MaxName = 253;

    private const int LengthBytes = 4;
    private const int Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5;

    private static ReadOnlySpan<byte> Preface => "transport.l5d.io/v1\r\n\r\n"u8;

    /// <summary>The header as bytes.</summary>
    public static byte[] Encode(TransportHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var message = new List<byte>(64) { (1 << 3) | Varint };
        AddVarint(message, (uint)header.Port);
        if (header.Name is { } name)
        {
            byte[] text = Encoding.UTF8.GetBytes(name);
            message.Add((2 << 3) | Delimited);
            AddVarint(message, (uint)text.Length);
            message.AddRange(text);
        }

        if (header.Protocol != SessionProtocol.Opaque)
        {
            int field = header.Protocol == SessionProtocol.Http1 ? 1 : 2;
            message.AddRange([(3 << 3) | Delimited, 2, (byte)((field << 3) | Delimited), 0]);
        }

        byte[] result = new byte[Preface.Length + LengthBytes + message.Count];
        Preface.CopyTo(result);
        BinaryPrimitives.WriteInt32BigEndian(result.AsSpan(Preface.Length), message.Count);
        message.CopyTo(result, Preface.Length + LengthBytes);
        return result;
    }

    /// <summary>Decodes a header at the start of <paramref name="data"/>.</summary>
    public static HeaderDecoding Decode(ReadOnlySpan<byte> data, out TransportHeader? header, out int consumed, out string? error)
    {
        header = null;
        consumed = 0;
        error = null;
        int compared = Math.Min(data.Length, Preface.Length);
        if (!data[..compared].SequenceEqual(Preface[..compared]))
        {
            error = "the preface 'transport.l5d.io/v1' is missing";
            return HeaderDecoding.Malformed;
        }

        if (data.Length < Preface.Length + LengthBytes) return HeaderDecoding.NeedMore;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(data[Preface.Length..]);
        if (length > MaxMessage)
        {
            error = $"length {length} is more than {MaxMessage}";
            return HeaderDecoding.Malformed;
        }

        int total = Preface.Length + LengthBytes + (int)length;
        if (data.Length < total) return HeaderDecoding.NeedMore;
        header = DecodeMessage(data[(Preface.Length + LengthBytes)..total], out error);
        consumed = total;
        return header is null ? HeaderDecoding.Malformed : HeaderDecoding.Complete;
    }

    private static TransportHeader? DecodeMessage(ReadOnlySpan<byte> message, out string? error)
    {
        ulong port = 0;
        string? name = null;
        SessionProtocol protocol = SessionProtocol.Opaque;
        error = "it is not valid protobuf";
        while (!message.IsEmpty)
        {
            if (!TryField(ref message, out int field, out int type, out ulong number, out ReadOnlySpan<byte> value)) return null;
            if (field == 1 && type == Varint) port = number;
            else if (field == 2 && type == Delimited && !TryName(value, out name, ref error)) return null;
            else if (field == 3 && type == Delimited && !TryProtocol(value, out protocol)) return null;
        }

        if (port is 0 or > 65535)
        {
            error = $"port {(long)port} is not 1 to 65535";
            return null;
        }

        error = null;
        return new TransportHeader((int)port, name, protocol);
    }

    private static bool TryName(ReadOnlySpan<byte> value, out string? name, ref string? error)
    {
        name = value.IsEmpty ? null : Encoding.ASCII.GetString(value);
        string? fault = value.Length > MaxName ? $"a name of {value.Length} bytes is longer than {MaxName}"
            : value.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E) ? "the name is not printable ASCII" : null;
        error = fault ?? error;
        return fault is null;
    }

    private static bool TryProtocol(ReadOnlySpan<byte> message, out SessionProtocol protocol)
    {
        protocol = SessionProtocol.Opaque;
        while (!message.IsEmpty)
        {
            if (!TryField(ref message, out int field, out int type, out _, out _)) return false;
            if (type != Delimited) continue;
            if (field == 1) protocol = SessionProtocol.Http1;
            else if (field == 2) protocol = SessionProtocol.Http2;
        }

        return true;
    }

    /// <summary>Takes one field; unknown ones come back like any other and are ignored by the caller.</summary>
    private static bool TryField(scoped ref ReadOnlySpan<byte> message, out int field, out int type, out ulong number, out ReadOnlySpan<byte> value)
    {
        field = type = 0;
        number = 0;
        value = default;
        if (!TryVarint(ref message, out ulong key) || key >> 3 is 0 or > int.MaxValue) return false;
        field = (int)(key >> 3);
        type = (int)(key & 7);
        int length = 0;
        switch (type)
        {
            case Varint:
                return TryVarint(ref message, out number);
            case Fixed64:
                length = 8;
                break;
            case Fixed32:
                length = 4;
                break;
            case Delimited:
                if (!TryVarint(ref message, out ulong size) || size > (ulong)message.Length) return false;
                length = (int)size;
                break;
            default:
                return false;
        }

        if (length > message.Length) return false;
        value = message[..length];
        message = message[length..];
        return true;
    }

    private static bool TryVarint(scoped ref ReadOnlySpan<byte> message, out ulong value)
    {
        value = 0;
        for (int i = 0; i < message.Length && i < 10; i++)
        {
            value |= (ulong)(message[i] & 0x7F) << (7 * i);
            if (message[i] >= 0x80) continue;
            message = message[(i + 1)..];
            return true;
        }

        return false;
    }

    private static void AddVarint(List<byte> message, uint value)
    {
        for (; value >= 0x80; value >>= 7) message.Add((byte)(value | 0x80));
        message.Add((byte)value);
    }
}
