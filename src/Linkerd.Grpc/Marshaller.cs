namespace Linkerd.Grpc;

/// <summary>Turns messages of one type into bytes and back.</summary>
public abstract class Marshaller<T>
{
    /// <summary>The octets that <see cref="Serialize"/> will write.</summary>
    public abstract int GetSize(T value);

    /// <summary>Writes the message; the destination is exactly <see cref="GetSize"/> long.</summary>
    public abstract void Serialize(T value, Span<byte> destination);

    /// <summary>Reads one whole message. Any exception means that the payload is malformed.</summary>
    public abstract T Deserialize(ReadOnlySpan<byte> payload);
}
