using System.Buffers;
using System.Buffers.Binary;

namespace Linkerd.Grpc.Protocol;

/// <summary>A message on the wire: a flag that says whether it is compressed, its length in four octets, big-endian, and the payload.</summary>
public static class MessageFrame
{
    /// <summary>Octets before the payload.</summary>
    public const int HeaderSize = 5;

    /// <summary>The whole frame's size.</summary>
    public static int GetSize<T>(T message, Marshaller<T> marshaller, int maxMessageSize)
    {
        var size = marshaller.GetSize(message);
        return size <= maxMessageSize
            ? HeaderSize + size
            : throw new RpcException(new Status(StatusCode.ResourceExhausted, $"the message to send is {size} bytes, larger than the limit of {maxMessageSize}"));
    }

    /// <summary>Writes a frame, uncompressed. The destination is exactly as long as <see cref="GetSize"/> says.</summary>
    public static void Write<T>(T message, Marshaller<T> marshaller, Span<byte> destination)
    {
        destination[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)(destination.Length - HeaderSize));
        marshaller.Serialize(message, destination[HeaderSize..]);
    }

    /// <summary>Appends a frame to an output.</summary>
    public static void Write<T>(T message, Marshaller<T> marshaller, int maxMessageSize, IBufferWriter<byte> output)
    {
        var size = GetSize(message, marshaller, maxMessageSize);
        Write(message, marshaller, output.GetSpan(size)[..size]);
        output.Advance(size);
    }

    /// <summary>A frame on its own.</summary>
    public static byte[] ToArray<T>(T message, Marshaller<T> marshaller, int maxMessageSize = GrpcProtocol.DefaultMaxMessageSize)
    {
        var frame = new byte[GetSize(message, marshaller, maxMessageSize)];
        Write(message, marshaller, frame);
        return frame;
    }
}
