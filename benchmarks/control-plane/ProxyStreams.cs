using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>Streams of many proxies over some connections, as they reach a component through its pod's own proxy.</summary>
internal sealed class ProxyStreams : IAsyncDisposable
{
    private readonly GrpcChannel[] _channels;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private int _opened;
    private int _ended;

    public ProxyStreams(string address, int connections) =>
        _channels = [.. Enumerable.Range(0, connections).Select(_ => GrpcChannel.ForAddress(address))];

    /// <summary>Streams that have brought their first message.</summary>
    public int Opened => Volatile.Read(ref _opened);

    /// <summary>Streams that ended although nobody wanted them to.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Why the last of them did.</summary>
    public string LastEnd { get; private set; } = "";

    /// <summary>Opens a stream and follows it until the end.</summary>
    public void Open<TRequest, TResponse>(int proxy, Method<TRequest, TResponse> method, TRequest request, Action<TResponse> message)
        where TRequest : class
        where TResponse : class =>
        _running.Add(FollowAsync(_channels[proxy % _channels.Length], method, request, message));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        foreach (var channel in _channels)
            channel.Dispose();
        _stop.Dispose();
    }

    private async Task FollowAsync<TRequest, TResponse>(GrpcChannel channel, Method<TRequest, TResponse> method, TRequest request, Action<TResponse> message)
        where TRequest : class
        where TResponse : class
    {
        await Task.Yield();
        try
        {
            using var call = channel.AsyncServerStreamingCall(method, new CallOptions(CancellationToken: _stop.Token), request);
            var first = true;
            await foreach (var response in call.ResponseStream.ReadAllAsync(_stop.Token))
            {
                message(response);
                if (first)
                    Interlocked.Increment(ref _opened);
                first = false;
            }

            LastEnd = "the server ended it";
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            if (_stop.IsCancellationRequested)
                return;
            LastEnd = e.Message;
        }

        Interlocked.Increment(ref _ended);
    }
}
