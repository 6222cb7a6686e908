using System.Buffers.Binary;

namespace Linkerd.Http;

/// <summary>The nine bytes in front of every frame (RFC 9113 §4.1).</summary>
internal readonly struct FrameHeader
{
    public const int Size = 9;

    private FrameHeader(int length, FrameType type, byte flags, int streamId)
    {
        Length = length;
        Type = type;
        Flags = flags;
        StreamId = streamId;
    }

    public int Length { get; }

    public FrameType Type { get; }

    public byte Flags { get; }

    public int StreamId { get; }

    public bool Has(byte flag) => (Flags & flag) != 0;

    public static FrameHeader Read(ReadOnlySpan<byte> data)
    {
        uint first = BinaryPrimitives.ReadUInt32BigEndian(data);
        return new FrameHeader((int)(first >> 8), (FrameType)(byte)first, data[4], BinaryPrimitives.ReadInt32BigEndian(data[5..]) & int.MaxValue);
    }

    public static void Write(Span<byte> target, int length, FrameType type, byte flags, int streamId)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, ((uint)length << 8) | (byte)type);
        target[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(target[5..], streamId);
    }
}
