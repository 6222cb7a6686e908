using System.Net;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Balance;

/// <summary>
/// Spreads requests over the ready endpoints of a destination, on one loop. While none is ready requests wait in a bounded
/// queue; when that has lasted for the fail-fast time, waiting and new ones fail at once until one is ready again.
/// </summary>
public sealed class HttpBalancer : IHttpService, IWaiting, IUnsentHandler
{
    private readonly Worker _worker;
    private readonly HttpBalancerOptions _options;
    private readonly Func<Endpoint, EndpointStack> _makeStack;
    private readonly Dictionary<IPEndPoint, HttpEndpoint> _endpoints = [];
    private readonly PickList<HttpEndpoint> _ready;
    private readonly LinkedList<HttpExchange> _queue = new();
    private readonly LoopTimer _failFastTimer;
    private readonly BalancerMetrics? _metrics;
    private bool _closed;

    public HttpBalancer(Worker worker, HttpBalancerOptions options, Func<Endpoint, EndpointStack> makeStack, BalancerMetrics? metrics = null, BackendShare? share = null)
    {
        ArgumentNullException.ThrowIfNull(worker);
        _worker = worker;
        _options = options;
        _makeStack = makeStack;
        _metrics = metrics;
        Share = share ?? new BackendShare(worker.Index + 1);
        _ready = new PickList<HttpEndpoint>((ulong)Random.Shared.NextInt64());
        _failFastTimer = new LoopTimer(worker.Loop, static self => ((HttpBalancer)self!).FailFast(), this);
    }

    /// <summary>What the balancers of this backend share over all workers.</summary>
    public BackendShare Share { get; }

    public int ReadyCount => _ready.Count;

    public int Queued => _queue.Count;

    /// <summary>No endpoint was ready for the fail-fast time.</summary>
    public bool IsFailingFast { get; private set; }

    /// <summary>Something can be sent, or may wait.</summary>
    public bool IsAvailable => !IsFailingFast;

    /// <summary>Takes a new snapshot: what is gone gets no more requests from now on, what is new begins to connect.</summary>
    public void Update(EndpointSet snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (_closed) return;
        int before = _endpoints.Count;
        foreach ((IPEndPoint address, HttpEndpoint endpoint) in _endpoints.ToArray())
        {
            if (snapshot.Endpoints.TryGetValue(address, out Endpoint? next) && next.Equals(endpoint.Endpoint)) continue;
            Remove(address, endpoint);
        }

        int kept = _endpoints.Count;
        foreach ((IPEndPoint address, Endpoint endpoint) in snapshot.Endpoints)
        {
            if (_endpoints.ContainsKey(address)) continue;
            var made = new HttpEndpoint(_worker, endpoint, _makeStack(endpoint), _options, this);
            _endpoints.Add(address, made);
            made.Prime();
            OnReadyChanged(made);
        }

        _metrics?.OnUpdate(_endpoints.Count - kept, before - kept);
        ShowState();
    }

    public void Call(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        _metrics?.OnRequest();
        Dispatch(exchange, hasWaited: false);
    }

    public void OnAbandoned(HttpExchange exchange)
    {
        if (_queue.Remove(exchange)) Share.Dequeue();
        ShowState();
    }

    /// <inheritdoc/>
    public bool CanResend => !_closed && _ready.Count > 0;

    /// <inheritdoc/>
    public void Resend(HttpExchange exchange) => Dispatch(exchange, hasWaited: true);

    /// <summary>Nobody uses it any more: waiting requests fail, connections are closed when they are idle.</summary>
    public void Close()
    {
        if (_closed) return;
        _closed = true;
        _failFastTimer.Stop();
        int endpoints = _endpoints.Count;
        foreach ((IPEndPoint address, HttpEndpoint endpoint) in _endpoints.ToArray()) Remove(address, endpoint);
        FailQueue();
        _metrics?.OnClosed(endpoints);
    }

    private void Dispatch(HttpExchange exchange, bool hasWaited)
    {
        while (_ready.Pick(_worker.Loop.Now) is { } endpoint)
        {
            if (endpoint.TryForward(exchange, hasWaited ? null : _metrics)) return;
            // Another worker's probe shut it; this one is told in a moment.
            _ready.Remove(endpoint);
        }

        if (IsFailingFast || _closed)
        {
            _metrics?.OnFailed();
            exchange.Respond(ProxyError.Of(ProxyErrorKind.FailFast));
            return;
        }

        if (!Share.TryEnqueue(_options.Queue.Capacity))
        {
            _metrics?.OnFailed();
            exchange.Respond(ProxyError.Of(ProxyErrorKind.LoadShed));
            return;
        }

        exchange.Waiting = this;
        _queue.AddLast(exchange);
        ShowState();
        if (!_failFastTimer.IsRunning) _failFastTimer.Start(_options.Queue.FailfastTimeout);
    }

    private void ShowState() => _metrics?.Set(_endpoints.Count, _ready.Count, _queue.Count);

    private void Remove(IPEndPoint address, HttpEndpoint endpoint)
    {
        _endpoints.Remove(address);
        _ready.Remove(endpoint);
        endpoint.Retire();
    }

    internal void OnReadyChanged(HttpEndpoint endpoint)
    {
        if (_closed || !_endpoints.TryGetValue(endpoint.Endpoint.Address, out HttpEndpoint? current) || current != endpoint) return;
        if (!endpoint.IsReady)
        {
            if (_ready.Remove(endpoint)) ShowState();
            return;
        }

        _ready.Add(endpoint);
        if (IsFailingFast) _metrics?.OnGate(open: true);
        IsFailingFast = false;
        _failFastTimer.Stop();
        while (_queue.First is { } first && _ready.Count > 0)
        {
            _queue.RemoveFirst();
            Share.Dequeue();
            first.Value.Waiting = null;
            _metrics?.OnWaited((_worker.Loop.Now - first.Value.AttemptedAt) / 1e9);
            Dispatch(first.Value, hasWaited: true);
        }

        ShowState();
    }

    private void FailFast()
    {
        if (_ready.Count > 0) return;
        IsFailingFast = true;
        _metrics?.OnGate(open: false);
        FailQueue();
    }

    private void FailQueue()
    {
        while (_queue.First is { } first)
        {
            _queue.RemoveFirst();
            Share.Dequeue();
            first.Value.Waiting = null;
            _metrics?.OnFailed();
            first.Value.Respond(ProxyError.Of(ProxyErrorKind.FailFast));
        }

        ShowState();
    }
}
