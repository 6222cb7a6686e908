using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Linkerd.Proxy.Wire;

/// <summary>
/// Writes protobuf messages into one pooled array that grows: for what is written so often that objects would cost too much. Fields with their
/// default value are left out, as proto3 does.
/// </summary>
internal sealed class ProtoBuffer
{
    private const int VarintType = 0;
    private const int Fixed64Type = 1;
    private const int BytesType = 2;
    private const int Fixed32Type = 5;

    private byte[] _bytes = [];

    public int Length { get; private set; }

    /// <summary>Size of the next array; where much is written, large enough that it need not grow. Default 512.</summary>
    public int Capacity { get; set; } = 512;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public static byte[] ToArray(Action<ProtoBuffer> write)
    {
        var buffer = new ProtoBuffer();
        write(buffer);
        byte[] result = buffer.Written.ToArray();
        buffer.Release();
        return result;
    }

    public void Clear() => Length = 0;

    /// <summary>Gives the array back.</summary>
    public void Release()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    /// <summary>Begins a gRPC message frame, to be ended by <see cref="EndFrame"/>.</summary>
    public int BeginFrame()
    {
        Reserve(5);
        Length += 5;
        return Length;
    }

    public void EndFrame(int mark)
    {
        _bytes[mark - 5] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(mark - 4), (uint)(Length - mark));
    }

    /// <summary>Begins a message inside, to be ended by <see cref="End"/>.</summary>
    public int Begin(int field)
    {
        Tag(field, BytesType);
        // One byte for the length; longer messages are moved when they end, which most never need.
        Reserve(1);
        return ++Length;
    }

    public void End(int mark)
    {
        int length = Length - mark;
        if (length < 0x80)
        {
            _bytes[mark - 1] = (byte)length;
            return;
        }

        int extra = 0;
        for (int rest = length >> 7; rest > 0; rest >>= 7) extra++;
        if (extra > 0)
        {
            Reserve(extra);
            _bytes.AsSpan(mark, length).CopyTo(_bytes.AsSpan(mark + extra));
            Length += extra;
        }

        WriteVarint(mark - 1, (ulong)length);
    }

    public void Number(int field, ulong value)
    {
        if (value == 0) return;
        Tag(field, VarintType);
        Varint(value);
    }

    /// <summary>A member of a oneof: written even when it is 0.</summary>
    public void Choice(int field, ulong value)
    {
        Tag(field, VarintType);
        Varint(value);
    }

    public void Fixed32(int field, uint value)
    {
        Tag(field, Fixed32Type);
        Reserve(4);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(Length), value);
        Length += 4;
    }

    public void Fixed64(int field, ulong value)
    {
        Tag(field, Fixed64Type);
        Reserve(8);
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(Length), value);
        Length += 8;
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return;
        Tag(field, BytesType);
        Varint((ulong)value.Length);
        Raw(value);
    }

    public void Text(int field, string value)
    {
        if (value.Length == 0) return;
        Tag(field, BytesType);
        int count = Encoding.UTF8.GetByteCount(value);
        Varint((ulong)count);
        Reserve(count);
        Length += Encoding.UTF8.GetBytes(value, _bytes.AsSpan(Length));
    }

    /// <summary>A string off the wire: octets that are no UTF-8, which a protobuf string must be, become question marks.</summary>
    public void Text(int field, ReadOnlySpan<byte> value)
    {
        int from = Length;
        Bytes(field, value);
        if (from == Length || System.Text.Unicode.Utf8.IsValid(value)) return;
        foreach (ref byte b in _bytes.AsSpan(Length - value.Length, value.Length))
        {
            if (b >= 0x80) b = (byte)'?';
        }
    }

    /// <summary>An entry of a map of strings.</summary>
    public void Entry(int field, string key, string value)
    {
        int mark = Begin(field);
        Text(1, key);
        Text(2, value);
        End(mark);
    }

    /// <summary>A google.protobuf.Duration.</summary>
    public void Duration(int field, long nanoseconds)
    {
        int mark = Begin(field);
        Number(1, (ulong)(nanoseconds / 1_000_000_000));
        Number(2, (ulong)(nanoseconds % 1_000_000_000));
        End(mark);
    }

    /// <summary>Bytes that are encoded already.</summary>
    public void Raw(ReadOnlySpan<byte> encoded)
    {
        Reserve(encoded.Length);
        encoded.CopyTo(_bytes.AsSpan(Length));
        Length += encoded.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Tag(int field, int type) => Varint((ulong)((field << 3) | type));

    // Nearly all numbers are one byte, and nearly always there is room.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Varint(ulong value)
    {
        byte[] bytes = _bytes;
        int length = Length;
        if (value < 0x80 && (uint)length < (uint)bytes.Length)
        {
            bytes[length] = (byte)value;
            Length = length + 1;
            return;
        }

        LongVarint(value);
    }

    private void LongVarint(ulong value)
    {
        Reserve(10);
        Length = WriteVarint(Length, value);
    }

    private int WriteVarint(int at, ulong value)
    {
        while (value >= 0x80)
        {
            _bytes[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _bytes[at++] = (byte)value;
        return at;
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - Length < count) Grow(count);
    }

    private void Grow(int count)
    {
        byte[] grown = ArrayPool<byte>.Shared.Rent(Math.Max(Capacity, Math.Max(_bytes.Length * 2, Length + count)));
        Written.CopyTo(grown);
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = grown;
    }
}
