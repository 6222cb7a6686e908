using System.Buffers;
using System.Buffers.Binary;

namespace Linkerd.Grpc.Protocol;

/// <summary>
/// Cuts a stream of bytes into messages. A message that is at hand whole is handed out where it lies; one that arrives in
/// pieces is gathered in a pooled buffer that grows with what has arrived, not with what the peer announced.
/// </summary>
/// <param name="maxMessageSize">Largest payload taken, in octets, before and after decompression.</param>
public sealed class MessageDeframer(int maxMessageSize = GrpcProtocol.DefaultMaxMessageSize) : IDisposable
{
    private byte[]? _buffer;
    private int _length;
    private byte[]? _decompressed;

    /// <summary>How messages whose flag is set are compressed: the stream's <c>grpc-encoding</c>, or null. What is not <c>gzip</c> is refused when such a message comes.</summary>
    public string? Encoding { get; set; }

    /// <summary>Whether a message has begun and not ended: an end of the stream now is a truncation.</summary>
    public bool HasPartialMessage => _length > 0;

    /// <summary>Takes the next message off the input.</summary>
    /// <param name="input">New bytes; afterwards, those behind the message. Without a message all are taken.</param>
    /// <param name="message">The payload, decompressed. Valid until the input is released or the next call.</param>
    /// <exception cref="RpcException">The message is too large, or compressed in a way that is not known.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (_length == 0 && TryGetSize(input, out var size) && input.Length >= size)
        {
            message = Payload(input[..size]);
            input = input[size..];
            return true;
        }

        Gather(ref input, MessageFrame.HeaderSize);
        if (!TryGetSize(_buffer.AsSpan(0, _length), out size))
            return false;
        Gather(ref input, size);
        if (_length < size)
            return false;
        message = Payload(_buffer.AsSpan(0, size));
        _length = 0;
        return true;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _length = 0;
        _decompressed = null;
    }

    private bool TryGetSize(ReadOnlySpan<byte> frame, out int size)
    {
        size = 0;
        if (frame.Length < MessageFrame.HeaderSize)
            return false;
        if (frame[0] > 1)
            throw new RpcException(new Status(StatusCode.Internal, $"a message's first octet is {frame[0]}; 0 and 1 are known"));
        var payload = BinaryPrimitives.ReadUInt32BigEndian(frame[1..]);
        if (payload > (uint)maxMessageSize)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"the message is {payload} bytes, larger than the limit of {maxMessageSize}"));
        size = MessageFrame.HeaderSize + (int)payload;
        return true;
    }

    private void Gather(ref ReadOnlySpan<byte> input, int target)
    {
        var take = Math.Min(Math.Max(target - _length, 0), input.Length);
        if (take == 0)
            return;
        if (_buffer is null || _buffer.Length < _length + take)
        {
            var grown = ArrayPool<byte>.Shared.Rent(Math.Max(_length + take, Math.Min(target, 2 * _length)));
            _buffer.AsSpan(0, _length).CopyTo(grown);
            if (_buffer is not null)
                ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = grown;
        }

        input[..take].CopyTo(_buffer.AsSpan(_length));
        _length += take;
        input = input[take..];
    }

    private ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> frame)
    {
        var payload = frame[MessageFrame.HeaderSize..];
        if (frame[0] == 0)
            return payload;
        _decompressed = Decompression.Decompress(Encoding, payload, maxMessageSize);
        return _decompressed;
    }
}
