namespace Linkerd.Local.Schema;

/// <summary>One field as it is on the wire: a number, or bytes.</summary>
internal readonly ref struct ProtobufField(int number, ulong varint, ReadOnlySpan<byte> bytes)
{
    public int Number { get; } = number;

    public ulong Varint { get; } = varint;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
