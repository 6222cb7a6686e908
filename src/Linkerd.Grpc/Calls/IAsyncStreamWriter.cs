namespace Linkerd.Grpc;

/// <summary>Messages to the other side.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>Sends a message; completes when the transport has room for more. One at a time.</summary>
    Task WriteAsync(T message, CancellationToken cancellationToken = default);
}
