using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tap;

namespace Linkerd.Proxy.Balance;

/// <summary>One endpoint of one balancer: its clients, its load, its breaker and its metrics.</summary>
public sealed class HttpEndpoint : ILoad, IExchangeObserver
{
    private readonly Worker _worker;
    private readonly EndpointStack _stack;
    private readonly Action<HttpEndpoint> _readyChanged;
    private readonly Breaker? _breaker;
    private readonly TimeSpan _defaultRtt;
    private PeakEwma _latency;
    private TapSubject? _tap;
    private int _pending;

    internal HttpEndpoint(Worker worker, Endpoint endpoint, EndpointStack stack, HttpBalancerOptions options, Action<HttpEndpoint> readyChanged)
    {
        _worker = worker;
        _stack = stack;
        _readyChanged = readyChanged;
        _defaultRtt = options.DefaultRtt;
        Endpoint = endpoint;
        _latency = new PeakEwma(_defaultRtt.TotalNanoseconds, options.Decay.TotalNanoseconds, worker.Loop.Now);
        if (options.FailureAccrual is FailureAccrual.Consecutive consecutive)
            _breaker = new Breaker(worker.Loop, consecutive, Random.Shared, () => _readyChanged(this));
        _stack.ReadyChanged = () => _readyChanged(this);
    }

    public Endpoint Endpoint { get; }

    /// <summary>Requests may be sent to it now.</summary>
    public bool IsReady => _stack.Client.IsReady && _breaker is not { IsOpen: false };

    /// <summary>Requests sent and not answered yet.</summary>
    public int Pending => _pending;

    /// <summary>Latency × (requests pending + 1).</summary>
    public double Cost(long now) => _latency.At(now) * (_pending + 1);

    /// <summary>Sends a request.</summary>
    public void Forward(HttpExchange exchange)
    {
        if (exchange.Request.TryGet(KnownHeader.L5dRequireId, out ReadOnlySpan<byte> required) && !HasIdentity(required))
        {
            exchange.Respond(ProxyError.Of(ProxyErrorKind.IdentityRequired));
            return;
        }

        exchange.Request.Remove(KnownHeader.L5dRequireId);
        _breaker?.OnRequest();
        _pending++;
        exchange.AttemptedAt = _worker.Loop.Now;
        exchange.IsAttemptPending = true;
        _stack.Metrics.OnRequest();
        _stack.Prepare(exchange);
        if (_worker.Taps is { } taps) TapRecord.Begin(taps, exchange, _tap ??= TapSubjects.Outbound(Endpoint, _stack.IsTls));
        exchange.Forward(_stack.ClientFor(exchange), this);
    }

    public void OnResponse(HttpExchange exchange, HeaderBlock response)
    {
        Answered(exchange);
        _stack.OnResponse(exchange, response);
        exchange.Tap?.OnResponse(exchange, response);
    }

    public void OnEnd(HttpExchange exchange)
    {
        Answered(exchange);
        if (exchange.IsClientGone) _breaker?.OnAbandoned();
        else _breaker?.OnEnd(Classification.IsFailure(exchange));
        _stack.Metrics.OnEnd(exchange, exchange.AttemptedAt);
        exchange.Tap?.OnEnd(exchange);
    }

    /// <summary>It begins to connect.</summary>
    internal void Prime() => _stack.Client.Prime();

    /// <summary>It is gone: requests in flight finish.</summary>
    internal void Retire()
    {
        _breaker?.Stop();
        _stack.Retire();
    }

    private bool HasIdentity(ReadOnlySpan<byte> required)
        => Endpoint.Tls is { } tls && string.Equals(tls.Identity.Name, System.Text.Encoding.ASCII.GetString(required), StringComparison.OrdinalIgnoreCase);

    private void Answered(HttpExchange exchange)
    {
        if (!exchange.IsAttemptPending) return;
        exchange.IsAttemptPending = false;
        _pending--;
        long now = _worker.Loop.Now;
        // A request that the client gave up says nothing of the endpoint, unless it took longer than was expected.
        double elapsed = now - exchange.AttemptedAt;
        if (exchange.RespondedAt != 0 || !exchange.Error.IsNone || elapsed > _latency.At(now)) _latency.Observe(Math.Max(elapsed, 1), now);
    }
}
