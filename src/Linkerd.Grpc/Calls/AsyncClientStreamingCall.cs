using System.Runtime.CompilerServices;

namespace Linkerd.Grpc;

/// <summary>A call with many requests and one response under way. Disposing it cancels it.</summary>
/// <param name="call">The call itself.</param>
/// <param name="requests">Its requests.</param>
/// <param name="response">Its response.</param>
public sealed class AsyncClientStreamingCall<TRequest, TResponse>(ICall call, IClientStreamWriter<TRequest> requests, Task<TResponse> response) : IDisposable
{
    /// <summary>Takes the requests.</summary>
    public IClientStreamWriter<TRequest> RequestStream { get; } = requests;

    /// <summary>The response.</summary>
    public Task<TResponse> ResponseAsync { get; } = response;

    /// <summary>The server's metadata.</summary>
    public Task<Metadata> ResponseHeadersAsync => call.ResponseHeadersAsync;

    /// <summary>Makes the call awaitable.</summary>
    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    /// <summary>How the call ended. Only once it has.</summary>
    public Status GetStatus() => call.GetStatus();

    /// <summary>The metadata at the end. Only once the call has ended.</summary>
    public Metadata GetTrailers() => call.GetTrailers();

    /// <inheritdoc />
    public void Dispose() => call.Dispose();
}
