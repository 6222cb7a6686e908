using System.Buffers.Binary;
using System.Text;

namespace Linkerd.Http.Tests;

/// <summary>A server session of HTTP/2 fed with frames; its answers are read back as text.</summary>
internal sealed class Http2Harness
{
    private readonly HpackEncoder _encoder = new(4096);

    public Http2Harness(Http2Limits? limits = null, bool begin = true)
    {
        Resources = new HttpResources(() => Now);
        Session = new Http2ServerSession(Resources, limits ?? Http2Limits.Default, Output, Owner, Handler);
        Session.Start();
        if (!begin) return;
        Raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Frame(FrameType.Settings, 0, 0, []);
        Output.Take();
    }

    public long Now { get; set; } = 1000;

    public HttpResources Resources { get; }

    public MemoryOutput Output { get; } = new();

    public RecordingOwner Owner { get; } = new();

    public RecordingHandler Handler { get; } = new();

    public Http2ServerSession Session { get; }

    public byte[] Rest { get; private set; } = [];

    public Http2Harness Raw(ReadOnlySpan<byte> bytes)
    {
        byte[] all = [.. Rest, .. bytes];
        Rest = all[Session.Receive(all)..];
        return this;
    }

    public Http2Harness Frame(FrameType type, byte flags, int id, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        FrameHeader.Write(frame, payload.Length, type, flags, id);
        payload.CopyTo(frame.AsSpan(9));
        return Raw(frame);
    }

    public Http2Harness Number(FrameType type, int id, int value, byte flags = 0)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, value);
        return Frame(type, flags, id, payload);
    }

    public Http2Harness Setting(ushort id, uint value)
    {
        var payload = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(payload, id);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(2), value);
        return Frame(FrameType.Settings, 0, 0, payload);
    }

    /// <summary>A request; <paramref name="fields"/> are appended as literals, so they may be unlawful.</summary>
    public Http2Harness Request(int id, bool end = true, params (string Name, string Value)[] fields) =>
        Fields(id, end, [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a"), .. fields]);

    public Http2Harness Fields(int id, bool end, params (string Name, string Value)[] fields) =>
        Frame(FrameType.Headers, (byte)(FrameFlags.EndHeaders | (end ? FrameFlags.EndStream : 0)), id, Block(fields));

    public static byte[] Block(params (string Name, string Value)[] fields)
    {
        var block = new List<byte>();
        var text = new byte[8];
        foreach ((string name, string value) in fields)
        {
            block.Add(0);
            block.AddRange(text.AsSpan(0, HpackInteger.Write(text, 0, 7, name.Length)));
            block.AddRange(Encoding.Latin1.GetBytes(name));
            block.AddRange(text.AsSpan(0, HpackInteger.Write(text, 0, 7, value.Length)));
            block.AddRange(Encoding.Latin1.GetBytes(value));
        }

        return [.. block];
    }

    /// <summary>The frames written since the last call, as words.</summary>
    public string Written()
    {
        byte[] bytes = Output.Take();
        var text = new StringBuilder();
        for (int at = 0; at < bytes.Length;)
        {
            FrameHeader header = FrameHeader.Read(bytes.AsSpan(at));
            ReadOnlySpan<byte> payload = bytes.AsSpan(at + 9, header.Length);
            at += 9 + header.Length;
            text.Append(header.Type switch
            {
                FrameType.RstStream => $"RST {header.StreamId} {(HttpErrorCode)BinaryPrimitives.ReadInt32BigEndian(payload)};",
                FrameType.GoAway => $"GOAWAY {BinaryPrimitives.ReadInt32BigEndian(payload)} {(HttpErrorCode)BinaryPrimitives.ReadInt32BigEndian(payload[4..])};",
                FrameType.WindowUpdate => $"WINDOW {header.StreamId} {BinaryPrimitives.ReadInt32BigEndian(payload)};",
                FrameType.Data => $"DATA {header.StreamId} {header.Length}{(header.Has(FrameFlags.EndStream) ? " end" : "")};",
                FrameType.Headers => $"HEADERS {header.StreamId}{(header.Has(FrameFlags.EndStream) ? " end" : "")};",
                FrameType.Ping => header.Has(FrameFlags.Ack) ? "PONG;" : "PING;",
                FrameType.Settings => header.Has(FrameFlags.Ack) ? "ACK;" : "SETTINGS;",
                _ => $"{header.Type};",
            });
        }

        return text.ToString();
    }
}
