using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tap;

namespace Linkerd.Proxy.Balance;

/// <summary>One endpoint of one balancer: its clients, its load, its breaker and its metrics.</summary>
public sealed class HttpEndpoint : ILoad, IExchangeObserver
{
    private readonly Worker _worker;
    private readonly EndpointStack _stack;
    private readonly HttpBalancer _balancer;
    private readonly Breaker? _breaker;
    private readonly LoopTimer? _probation;
    private readonly Action? _breakerChanged;
    private readonly TimeSpan _defaultRtt;
    private PeakEwma _latency;
    private PenaltyEstimate _penalty;
    private HttpExchange? _probe;
    private TapSubject? _tap;
    private int _pending;

    internal HttpEndpoint(Worker worker, Endpoint endpoint, EndpointStack stack, HttpBalancerOptions options, HttpBalancer balancer)
    {
        _worker = worker;
        _stack = stack;
        _balancer = balancer;
        _defaultRtt = options.DefaultRtt;
        Endpoint = endpoint;
        _latency = new PeakEwma(_defaultRtt.TotalNanoseconds, options.Decay.TotalNanoseconds, worker.Loop.Now);
        _penalty = new PenaltyEstimate(options.Penalty);
        _stack.ReadyChanged = () => _balancer.OnReadyChanged(this);
        if (options.FailureAccrual is not { } accrual) return;
        _breaker = balancer.Share.Join(endpoint.Address, accrual);
        _probation = new LoopTimer(worker.Loop, static self => ((HttpEndpoint)self!).BeginProbation(), this);
        _breakerChanged = OnBreakerChanged;
        _breaker.Join(worker.Loop, _breakerChanged);
        if (_breaker.IsShut) _probation.StartAt(_breaker.ShutUntil);
    }

    public Endpoint Endpoint { get; }

    /// <summary>Requests may be sent to it now.</summary>
    public bool IsReady => _stack.Client.IsReady && _breaker is not { IsOpen: false };

    /// <summary>Requests sent and not answered yet.</summary>
    public int Pending => _pending;

    /// <summary>(Latency + penalty) × (requests pending + 1).</summary>
    public double Cost(long now) => (_latency.At(now) + _penalty.At(now)) * (_pending + 1);

    /// <summary>Sends a request, and tells the queue that it need not wait. False when another worker took the one that may be sent on probation.</summary>
    public bool TryForward(HttpExchange exchange, BalancerMetrics? queue = null)
    {
        if (exchange.Request.TryGet(KnownHeader.L5dRequireId, out ReadOnlySpan<byte> required) && !HasIdentity(required))
        {
            queue?.OnReady();
            exchange.Respond(ProxyError.Of(ProxyErrorKind.IdentityRequired));
            return true;
        }

        if (_breaker is not null)
        {
            if (!_breaker.TryAdmit(out bool isProbe)) return false;
            if (isProbe) _probe = exchange;
        }

        // Another endpoint may not be whom the client asked for, or be known by the name that this one gives the request.
        exchange.Unsent = exchange.Request.Contains(KnownHeader.L5dRequireId) || _stack.RenamesRequests ? null : _balancer;
        exchange.Request.Remove(KnownHeader.L5dRequireId);
        queue?.OnReady();
        _pending++;
        exchange.AttemptedAt = _worker.Loop.Now;
        exchange.IsAttemptPending = true;
        exchange.RetryAfter = default;
        _stack.Metrics.OnRequest();
        _stack.Prepare(exchange);
        if (_worker.Taps is { } taps) TapRecord.Begin(taps, exchange, _tap ??= TapSubjects.Outbound(Endpoint, _stack.IsTls));
        exchange.Forward(_stack.ClientFor(exchange), this);
        return true;
    }

    public void OnResponse(HttpExchange exchange, HeaderBlock response)
    {
        Answered(exchange);
        if (RetryHint.IsPenalized(exchange.Status, exchange.GrpcStatus))
        {
            exchange.RetryAfter = RetryHint.Read(response, TimeProvider.System);
            _penalty.OnFailure(_worker.Loop.Now, exchange.RetryAfter);
        }

        _stack.OnResponse(exchange, response);
        exchange.Tap?.OnResponse(exchange, response);
    }

    public void OnEnd(HttpExchange exchange)
    {
        Answered(exchange);
        if (_breaker is not null) TellBreaker(exchange);
        _stack.Metrics.OnEnd(exchange);
        exchange.Tap?.OnEnd(exchange);
    }

    /// <summary>It begins to connect.</summary>
    internal void Prime() => _stack.Client.Prime();

    /// <summary>It is gone: requests in flight finish.</summary>
    internal void Retire()
    {
        _stack.Retire();
        if (_breaker is null) return;
        _probation!.Stop();
        _breaker.Leave(_breakerChanged!);
        _balancer.Share.Leave(Endpoint.Address);
    }

    private static Outcome OutcomeOf(HttpExchange exchange)
    {
        if (exchange.IsClientGone) return Outcome.Abandoned;
        if (exchange.Error.IsNone && (exchange.GrpcStatus >= 0 ? exchange.GrpcStatus == 8 : exchange.Status == 429)) return Outcome.RateLimited;
        return Classification.IsFailure(exchange) ? Outcome.Failure : Outcome.Success;
    }

    private void TellBreaker(HttpExchange exchange)
    {
        bool isProbe = ReferenceEquals(_probe, exchange);
        if (isProbe) _probe = null;
        _breaker!.OnEnd(_worker.Index, _worker.Loop.Now, OutcomeOf(exchange), isProbe, exchange.RetryAfter, _balancer.ReadyCount - (IsReady ? 1 : 0));
    }

    private void OnBreakerChanged()
    {
        if (_breaker!.IsShut) _probation!.StartAt(_breaker.ShutUntil);
        else _probation!.Stop();
        _balancer.OnReadyChanged(this);
    }

    private void BeginProbation()
    {
        if (!_breaker!.TryBeginProbation(_worker.Loop.Now) && _breaker.IsShut) _probation!.StartAt(_breaker.ShutUntil);
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
