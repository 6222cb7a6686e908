using System.Buffers.Binary;
using System.Text;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Bytes of HTTP/2, lawful or not, built straight from RFC 9113 and RFC 7541.</summary>
internal static class RawHttp2
{
    public const byte Data = 0, Headers = 1, Priority = 2, Reset = 3, Settings = 4, PushPromise = 5, Ping = 6, WindowUpdate = 8, Continuation = 9;
    public const byte EndStream = 1, EndHeaders = 4;

    /// <summary>The preface and empty settings.</summary>
    public static byte[] Begin { get; } = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0)];

    /// <summary>GET http://a/ out of the static table.</summary>
    public static byte[] Get { get; } = [0x82, 0x86, 0x84, 0x41, 1, (byte)'a'];

    public static byte[] Frame(byte type, byte flags, int id, params byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
        payload.CopyTo(frame, 9);
        return frame;
    }

    public static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>A whole request.</summary>
    public static byte[] Request(int id, bool end = true, params byte[] more) => Frame(Headers, (byte)(EndHeaders | (end ? EndStream : 0)), id, [.. Get, .. more]);

    /// <summary>A literal field that is not to be indexed.</summary>
    public static byte[] Field(string name, string value) => [0, .. Text(name), .. Text(value)];

    private static byte[] Text(string text)
    {
        var bytes = new List<byte>();
        int length = text.Length;
        if (length < 127)
        {
            bytes.Add((byte)length);
        }
        else
        {
            bytes.Add(127);
            for (length -= 127; length >= 128; length >>= 7)
                bytes.Add((byte)(length | 128));
            bytes.Add((byte)length);
        }

        return [.. bytes, .. Encoding.Latin1.GetBytes(text)];
    }
}
