using System.Buffers;
using System.Text;

namespace Linkerd.Local.Schema.OpenApi;

/// <summary>Writes the two wire types that OpenAPI documents need: text and messages.</summary>
internal sealed class ProtobufWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(64);

    public void Text(int number, string? text)
    {
        if (text is null) return;
        Bytes(number, Encoding.UTF8.GetBytes(text));
    }

    public void Message(int number, Action<ProtobufWriter> write)
    {
        var inner = new ProtobufWriter();
        write(inner);
        Bytes(number, inner._bytes.WrittenSpan);
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    private void Bytes(int number, ReadOnlySpan<byte> bytes)
    {
        Varint((uint)((number << 3) | 2));
        Varint((uint)bytes.Length);
        _bytes.Write(bytes);
    }

    private void Varint(uint value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    private void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }
}
