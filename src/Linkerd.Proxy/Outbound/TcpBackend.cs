using System.Net;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Balance;
using Linkerd.Proxy.Metrics;

namespace Linkerd.Proxy.Outbound;

/// <summary>The endpoints of a destination for opaque connections.</summary>
internal sealed class TcpBackend
{
    private readonly OutboundStack _stack;
    private readonly string? _authority;
    private readonly TimeSpan _failfast;
    private readonly Dictionary<IPEndPoint, TcpEndpoint> _endpoints = [];
    private readonly PickList<TcpEndpoint> _ready = new((ulong)Random.Shared.NextInt64());
    private TaskCompletionSource _changed = new();

    public TcpBackend(OutboundStack stack, string? authority, TimeSpan failfast)
    {
        _stack = stack;
        _authority = authority;
        _failfast = failfast;
    }

    public int Count => _endpoints.Count;

    public void Update(EndpointSet snapshot)
    {
        foreach ((IPEndPoint address, TcpEndpoint endpoint) in _endpoints.ToArray())
        {
            if (snapshot.Endpoints.TryGetValue(address, out Endpoint? next) && next.Equals(endpoint.Endpoint)) continue;
            _endpoints.Remove(address);
            _ready.Remove(endpoint);
        }

        foreach ((IPEndPoint address, Endpoint endpoint) in snapshot.Endpoints)
        {
            if (_endpoints.ContainsKey(address)) continue;
            var metrics = new ConnectionMetrics(_stack.Runtime.Metrics, _stack.Worker.Connections, EndpointTargets.Labels(_stack, _authority, endpoint).And("peer", "dst"), _stack.Worker.Index);
            var made = new TcpEndpoint(endpoint, metrics);
            _endpoints.Add(address, made);
            _ready.Add(made);
        }

        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource();
        changed.TrySetResult();
    }

    /// <summary>The less loaded of two endpoints; waits for the fail-fast time when there is none.</summary>
    public async ValueTask<TcpEndpoint> PickAsync()
    {
        if (_ready.Pick(_stack.Worker.Loop.Now) is { } endpoint) return endpoint;
        var limit = new TaskCompletionSource();
        var timer = new LoopTimer(_stack.Worker.Loop, static state => ((TaskCompletionSource)state!).TrySetResult(), limit);
        timer.Start(_failfast);
        while (_ready.Count == 0 && !limit.Task.IsCompleted) await Task.WhenAny(_changed.Task, limit.Task);
        timer.Stop();
        return _ready.Pick(_stack.Worker.Loop.Now) ?? throw new IOException("no endpoint is ready: failing fast");
    }

    public void Close()
    {
        foreach (TcpEndpoint endpoint in _endpoints.Values) _ready.Remove(endpoint);
        _endpoints.Clear();
    }
}
