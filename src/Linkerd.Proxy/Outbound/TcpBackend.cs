using System.Net;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Balance;
using Linkerd.Proxy.Metrics;

namespace Linkerd.Proxy.Outbound;

/// <summary>
/// The endpoints of a destination for opaque connections. Connections wait for the first endpoint, as many as the queue holds and
/// for the fail-fast time; when that has passed once, they fail at once until there is one.
/// </summary>
internal sealed class TcpBackend
{
    private readonly OutboundStack _stack;
    private readonly string? _authority;
    private readonly QueuePolicy _queue;
    private readonly BalancerMetrics _metrics;
    private readonly BackendShare _share;
    private readonly Dictionary<IPEndPoint, TcpEndpoint> _endpoints = [];
    private readonly PickList<TcpEndpoint> _ready = new((ulong)Random.Shared.NextInt64());
    private TaskCompletionSource _changed = new();
    private int _waiting;
    private bool _isFailingFast;

    public TcpBackend(OutboundStack stack, string? authority, QueuePolicy queue, BalancerMetrics metrics, BackendShare share)
    {
        _stack = stack;
        _authority = authority;
        _queue = queue;
        _metrics = metrics;
        _share = share;
    }

    public int Count => _endpoints.Count;

    /// <summary>No endpoint came in the fail-fast time.</summary>
    public bool IsFailingFast => _isFailingFast;

    public void Update(EndpointSet snapshot)
    {
        int before = _endpoints.Count;
        foreach ((IPEndPoint address, TcpEndpoint endpoint) in _endpoints.ToArray())
        {
            if (snapshot.Endpoints.TryGetValue(address, out Endpoint? next) && next.Equals(endpoint.Endpoint)) continue;
            _endpoints.Remove(address);
            _ready.Remove(endpoint);
        }

        int kept = _endpoints.Count;
        foreach ((IPEndPoint address, Endpoint endpoint) in snapshot.Endpoints)
        {
            if (_endpoints.ContainsKey(address)) continue;
            var metrics = new ConnectionMetrics(_stack.Runtime.Metrics, _stack.Worker.Connections, EndpointTargets.Labels(_stack, _authority, endpoint).And("peer", "dst"), _stack.Worker.Index);
            var made = new TcpEndpoint(endpoint, metrics);
            _endpoints.Add(address, made);
            _ready.Add(made);
        }

        _metrics.OnUpdate(_endpoints.Count - kept, before - kept);
        if (_ready.Count > 0 && _isFailingFast)
        {
            _isFailingFast = false;
            _metrics.OnGate(open: true);
        }

        ShowState();
        Tell();
    }

    /// <summary>The less loaded of two endpoints; waits for the fail-fast time when there is none.</summary>
    public async ValueTask<TcpEndpoint> PickAsync()
    {
        EventLoop loop = _stack.Worker.Loop;
        _metrics.OnRequest();
        if (_ready.Pick(loop.Now) is { } endpoint)
        {
            _metrics.OnReady();
            return endpoint;
        }

        if (_isFailingFast || !_share.TryEnqueue(_queue.Capacity))
        {
            _metrics.OnFailed();
            throw new IOException(_isFailingFast ? "no endpoint is ready: failing fast" : $"{_queue.Capacity} connections wait for an endpoint");
        }

        _waiting++;
        ShowState();
        long began = loop.Now;
        try
        {
            return await WaitAsync(loop);
        }
        finally
        {
            _waiting--;
            _share.Dequeue();
            if (_ready.Count > 0) _metrics.OnWaited((loop.Now - began) / 1e9);
            else _metrics.OnFailed();
            ShowState();
        }
    }

    public void Close()
    {
        foreach (TcpEndpoint endpoint in _endpoints.Values) _ready.Remove(endpoint);
        int count = _endpoints.Count;
        _endpoints.Clear();
        _metrics.OnClosed(count);
    }

    private async ValueTask<TcpEndpoint> WaitAsync(EventLoop loop)
    {
        var limit = new TaskCompletionSource();
        var timer = new LoopTimer(loop, static state => ((TaskCompletionSource)state!).TrySetResult(), limit);
        timer.Start(_queue.FailfastTimeout);
        while (_ready.Count == 0 && !_isFailingFast && !limit.Task.IsCompleted) await Task.WhenAny(_changed.Task, limit.Task);
        timer.Stop();
        if (_ready.Pick(loop.Now) is { } endpoint) return endpoint;
        if (!_isFailingFast)
        {
            // Those that wait with this one hear of it too.
            _isFailingFast = true;
            _metrics.OnGate(open: false);
            Tell();
        }

        throw new IOException("no endpoint is ready: failing fast");
    }

    private void Tell()
    {
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource();
        changed.TrySetResult();
    }

    private void ShowState() => _metrics.Set(_endpoints.Count, _ready.Count, _waiting);
}
