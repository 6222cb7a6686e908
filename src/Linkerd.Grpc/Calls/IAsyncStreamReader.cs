namespace Linkerd.Grpc;

/// <summary>Messages from the other side, one at a time.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that the last <see cref="MoveNext"/> brought.</summary>
    T Current { get; }

    /// <summary>Waits for the next message; false when there are no more. One at a time.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
