using System.Buffers.Binary;

namespace Linkerd.Net;

/// <summary>Reads TLS presentation language (RFC 8446 section 3): integers and vectors, never past the end.</summary>
internal ref struct TlsReader(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public bool Skip(int count) => TryTake(count, out _);

    public bool TryUInt8(out int value)
    {
        value = _rest.IsEmpty ? 0 : _rest[0];
        return Skip(1);
    }

    public bool TryUInt16(out int value)
    {
        value = _rest.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(_rest);
        return Skip(2);
    }

    public bool TryVector8(out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryUInt8(out int length) && TryTake(length, out value);
    }

    public bool TryVector16(out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryUInt16(out int length) && TryTake(length, out value);
    }

    private bool TryTake(int count, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_rest.Length < count) return false;
        value = _rest[..count];
        _rest = _rest[count..];
        return true;
    }
}
