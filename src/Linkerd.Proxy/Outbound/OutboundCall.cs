using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Balance;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Routing;

namespace Linkerd.Proxy.Outbound;

/// <summary>
/// One request on its way through a rule: filters, limits, a backend for each attempt, retries. Pooled per worker; a request that needs no retry passes
/// it by plain calls.
/// </summary>
internal sealed class OutboundCall : IExchangeObserver, IAttemptPolicy, IWaiting
{
    private readonly OutboundStack _stack;
    private readonly OutboundCallPool _pool;
    private readonly LoopTimer _backoff;
    private HttpExchange? _exchange;
    private OutboundTarget? _target;
    private IExchangeObserver? _outer;
    private RouteRule? _rule;
    private RouteHost? _host;
    private RuleBackend? _backend;
    private RetrySettings? _retry;
    private RequestMatcher? _matched;
    private int _retries;
    private TimeSpan _limit;

    public OutboundCall(OutboundStack stack, OutboundCallPool pool)
    {
        _stack = stack;
        _pool = pool;
        _backoff = new LoopTimer(stack.Worker.Loop, static self => ((OutboundCall)self!).OnBackoffEnd(), this);
    }

    private long Now => _stack.Worker.Loop.Now;

    /// <summary>Takes a request over; <see cref="OnEnd"/> is the last that is heard of it.</summary>
    public void Begin(HttpExchange exchange, OutboundTarget target, OutboundRoutes routes)
    {
        _exchange = exchange;
        _target = target;
        target.Use();
        // A gateway's request is followed by the inbound side too.
        _outer = exchange.Observer;
        exchange.Observer = this;
        HeaderBlock request = exchange.Request;
        if (_stack.Worker.Tracer is { } tracer) exchange.Span = tracer.Begin(exchange, Direction.Outbound);
        if (routes.Find(request, out _matched) is not { } rule)
        {
            exchange.Respond(target.NoRoute);
            return;
        }

        _rule = rule;
        _host = rule.Metrics?.HostOf(exchange);
        exchange.RouteLabels = rule.Labels;
        if (rule.Profile is { } profile) BeginProfile(exchange, profile);
        if (!rule.Filters.TryPass(request, _matched, out ProxyError answer))
        {
            exchange.Respond(answer);
            return;
        }

        Limit(exchange, rule);
        exchange.Attempts = this;
        Dispatch();
    }

    public void OnResponse(HttpExchange exchange, HeaderBlock response)
    {
        if (_rule is { } rule) Filter(exchange, response, rule);
        _outer?.OnResponse(exchange, response);
    }

    public void OnEnd(HttpExchange exchange)
    {
        _backoff.Stop();
        exchange.Span?.End(exchange);
        _stack.OnExchangeEnd(exchange);
        if (_rule is { } rule)
        {
            if (_host is { } host) RouteMetrics.OnEnd(exchange, host);
            rule.Profile?.Metrics.OnEnd(exchange);
            if (_retries > 0 && rule.Metrics is { } metrics && exchange.Error.IsNone && exchange.Fault.IsNone && !_retry!.IsRetryable(exchange)) metrics.Retries.Successes.Increment();
        }

        _outer?.OnEnd(exchange);
        _outer = null;
        _target!.Unuse();
        _target = null;
        _exchange = null;
        _rule = null;
        _host = null;
        _backend = null;
        _retry = null;
        _matched = null;
        _retries = 0;
        _limit = default;
        _pool.Return(this);
    }

    public bool AwaitsTrailers(HttpExchange exchange)
    {
        // A client that still sends may wait for the head before it goes on: nothing is withheld from it.
        if (_retry is null || !exchange.IsReplayable || !exchange.IsRequestEnded || exchange.Status != 200 || !exchange.IsGrpc) return false;
        return _retry.GrpcCodes != 0 || _rule!.Profile is { IsRetryable: true };
    }

    public bool ShouldRetry(HttpExchange exchange)
    {
        if (_retry is not { } retry || exchange.IsClientGone) return false;
        return _rule!.Profile is { } profile ? ShouldRetry(exchange, profile) : ShouldRetry(exchange, retry);
    }

    public void Retry(HttpExchange exchange)
    {
        _retries++;
        _rule!.Metrics?.Retries.Requests.Increment();
        // Without a backoff too the next attempt starts from the loop, so that refusals at once cannot nest.
        TimeSpan delay = _retry!.Backoff?.Delay(_retries - 1, Random.Shared.NextDouble()) ?? TimeSpan.Zero;
        if (_retry.RespectsRetryAfter && exchange.RetryAfter > delay) delay = exchange.RetryAfter;
        exchange.Waiting = this;
        _backoff.Start(delay);
    }

    public void OnAttemptEnd(HttpExchange exchange)
    {
        _backend?.Metrics?.OnEnd(exchange);
        _rule!.Profile?.Metrics.OnAttemptEnd(exchange);
    }

    public void OnAbandoned(HttpExchange exchange) => _backoff.Stop();

    private void Filter(HttpExchange exchange, HeaderBlock response, RouteRule rule)
    {
        if (_backend is { Filters.ChangesResponses: true } backend && exchange.Error.IsNone) backend.Filters.OnResponse(response);
        if (rule.Filters.ChangesResponses && exchange.Error.IsNone) rule.Filters.OnResponse(response);
    }

    private bool ShouldRetry(HttpExchange exchange, RetrySettings retry)
    {
        if (!retry.IsRetryable(exchange) || (retry.RespectsRetryAfter && !IsInTime(exchange))) return false;
        RetryMetrics? metrics = _rule!.Metrics?.Retries;
        if (_retries >= retry.MaxRetries)
        {
            metrics?.LimitExceeded.Increment();
            return false;
        }

        if (exchange.IsReplayable) return true;
        metrics?.Overflow.Increment();
        return false;
    }

    /// <summary>The server wants to be tried again while somebody still waits for the answer; else its own answer says more than a timeout would.</summary>
    private bool IsInTime(HttpExchange exchange)
    {
        if (exchange.RetryAfter == RetryHint.Forever) return false;
        TimeSpan left = _limit == default ? Breaker.MaxHint : _limit - TimeSpan.FromTicks((Now - exchange.StartedAt) / TimeSpan.NanosecondsPerTick);
        return exchange.RetryAfter <= left && exchange.RetryAfter <= Breaker.MaxHint;
    }

    /// <summary>Only answers count, not broken transports, and only requests that are whole.</summary>
    private bool ShouldRetry(HttpExchange exchange, ProfileRule profile)
    {
        if (!exchange.Error.IsNone || !exchange.Fault.IsNone || !Classification.IsFailure(exchange)) return false;
        if (!exchange.IsReplayable || !exchange.IsRequestEnded) return false;
        if (!profile.Budget.TryWithdraw(Now))
        {
            profile.Metrics.NoBudget.Increment();
            return false;
        }

        profile.Metrics.Retried.Increment();
        return true;
    }

    private void BeginProfile(HttpExchange exchange, ProfileRule profile)
    {
        exchange.Classifier = profile.Classifier;
        profile.Metrics.OnRequest();
        profile.Budget.Deposit(_stack.Worker.Index, Now);
    }

    private void Limit(HttpExchange exchange, RouteRule rule)
    {
        HeaderBlock request = exchange.Request;
        RetrySettings? retry = rule.Retry;
        ExchangeTimeouts timeouts = rule.Timeouts;
        if (rule.AllowsOverrides)
        {
            retry = RequestOverrides.Retries(request, retry);
            timeouts = RequestOverrides.Timeouts(request, timeouts);
        }

        RequestOverrides.Strip(request);
        _limit = timeouts.Request;
        if (!timeouts.IsNone) exchange.SetTimeouts(in timeouts);
        // A tunnel has no answer to judge.
        if (retry is null || request.IsUpgrade || request.MethodKind == RequestMethod.Connect) return;
        _retry = retry;
        exchange.KeepForReplay(retry.MaxBytes);
    }

    private void Dispatch()
    {
        HttpExchange exchange = _exchange!;
        RouteRule rule = _rule!;
        _backend = rule.Backends.Pick();
        exchange.RetryAfter = default;
        exchange.StartAttempt(_retry is { } retry && _retries < retry.MaxRetries ? retry.HeadersTimeout : default);
        rule.Profile?.Metrics.OnAttempt();
        if (_backend is not { Handle.Http: { } balancer } backend)
        {
            exchange.Respond(ProxyError.Of(ProxyErrorKind.FailFast));
            return;
        }

        backend.Metrics?.OnRequest();
        exchange.Frames = backend.Frames;
        HeaderBlock request = exchange.Request;
        if (!backend.Filters.TryPass(request, _matched, out ProxyError answer))
        {
            exchange.Respond(answer);
            return;
        }

        request.Remove(KnownHeader.L5dDstCanonical);
        if (backend.Handle.Authority is { } authority) request.Add(KnownHeader.L5dDstCanonical, authority);
        balancer.Call(exchange);
    }

    private void OnBackoffEnd()
    {
        _exchange!.Waiting = null;
        Dispatch();
    }
}
