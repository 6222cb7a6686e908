namespace Linkerd.Grpc.AspNetCore;

/// <summary>The server's messages, out of the response's body.</summary>
internal sealed class ResponseReader<TRequest, TResponse>(ClientCall<TRequest, TResponse> call) : IAsyncStreamReader<TResponse>
{
    private int _reading;

    public TResponse Current { get; private set; } = default!;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reading, 1) == 1)
            throw new InvalidOperationException("the last MoveNext is still under way: await it first");
        try
        {
            var (found, message) = await call.ReadAsync(cancellationToken);
            Current = message!;
            return found;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }
}
