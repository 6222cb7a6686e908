using Google.Protobuf;

namespace Linkerd.Grpc;

/// <summary>The marshallers at hand.</summary>
public static class Marshallers
{
    /// <summary>Octets as they are.</summary>
    public static Marshaller<byte[]> Bytes { get; } = new BytesMarshaller();

    /// <summary>Protobuf, by the message's own generated code.</summary>
    public static Marshaller<T> Protobuf<T>(MessageParser<T> parser)
        where T : IMessage<T>
        => new ProtobufMarshaller<T>(parser);

    private sealed class ProtobufMarshaller<T>(MessageParser<T> parser) : Marshaller<T>
        where T : IMessage<T>
    {
        public override int GetSize(T value) => value.CalculateSize();

        public override void Serialize(T value, Span<byte> destination) => value.WriteTo(destination);

        public override T Deserialize(ReadOnlySpan<byte> payload) => parser.ParseFrom(payload);
    }

    private sealed class BytesMarshaller : Marshaller<byte[]>
    {
        public override int GetSize(byte[] value) => value.Length;

        public override void Serialize(byte[] value, Span<byte> destination) => value.CopyTo(destination);

        public override byte[] Deserialize(ReadOnlySpan<byte> payload) => payload.ToArray();
    }
}
