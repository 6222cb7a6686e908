namespace Linkerd.Grpc;

/// <summary>A call with many responses under way. Disposing it cancels it.</summary>
/// <param name="call">The call itself.</param>
/// <param name="responses">Its responses.</param>
public sealed class AsyncServerStreamingCall<TResponse>(ICall call, IAsyncStreamReader<TResponse> responses) : IDisposable
{
    /// <summary>The responses.</summary>
    public IAsyncStreamReader<TResponse> ResponseStream { get; } = responses;

    /// <summary>The server's metadata.</summary>
    public Task<Metadata> ResponseHeadersAsync => call.ResponseHeadersAsync;

    /// <summary>How the call ended. Only once it has.</summary>
    public Status GetStatus() => call.GetStatus();

    /// <summary>The metadata at the end. Only once the call has ended.</summary>
    public Metadata GetTrailers() => call.GetTrailers();

    /// <inheritdoc />
    public void Dispose() => call.Dispose();
}
