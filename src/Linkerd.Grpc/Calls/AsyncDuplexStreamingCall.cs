namespace Linkerd.Grpc;

/// <summary>A call with many requests and responses under way. Disposing it cancels it.</summary>
/// <param name="call">The call itself.</param>
/// <param name="requests">Its requests.</param>
/// <param name="responses">Its responses.</param>
public sealed class AsyncDuplexStreamingCall<TRequest, TResponse>(ICall call, IClientStreamWriter<TRequest> requests, IAsyncStreamReader<TResponse> responses) : IDisposable
{
    /// <summary>Takes the requests.</summary>
    public IClientStreamWriter<TRequest> RequestStream { get; } = requests;

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
