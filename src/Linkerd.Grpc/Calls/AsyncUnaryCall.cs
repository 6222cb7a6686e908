using System.Runtime.CompilerServices;

namespace Linkerd.Grpc;

/// <summary>A unary call under way. Disposing it cancels it.</summary>
/// <param name="call">The call itself.</param>
/// <param name="response">Its response.</param>
public sealed class AsyncUnaryCall<TResponse>(ICall call, Task<TResponse> response) : IDisposable
{
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
