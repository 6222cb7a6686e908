using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The <c>route_*</c> families of one route of a service profile, for one worker.</summary>
public sealed class ProfileRouteMetrics
{
    private readonly ProfileRouteSeries _whole;
    private readonly ProfileRouteSeries _actual;
    private readonly Counter[] _held;

    public ProfileRouteMetrics(ProfileRouteFamilies families, Labels labels, int worker)
    {
        ArgumentNullException.ThrowIfNull(families);
        _whole = new ProfileRouteSeries(families.Requests, families.Responses, families.Latency, labels, worker);
        _actual = new ProfileRouteSeries(families.ActualRequests, families.ActualResponses, families.ActualLatency, labels, worker);
        _held = [families.Retryable.With(labels), families.Retryable.With(labels.And("skipped", "no_budget"))];
        Retried = _held[0].For(worker);
        NoBudget = _held[1].For(worker);
    }

    /// <summary>Failures tried again.</summary>
    public Cell Retried { get; }

    /// <summary>Failures not tried again for want of budget.</summary>
    public Cell NoBudget { get; }

    /// <summary>A client's request came.</summary>
    public void OnRequest() => _whole.Requests.Increment();

    /// <summary>The client's exchange is over.</summary>
    public void OnEnd(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        _whole.OnEnd(exchange, exchange.StartedAt);
    }

    /// <summary>An attempt begins.</summary>
    public void OnAttempt() => _actual.Requests.Increment();

    /// <summary>An attempt is over.</summary>
    public void OnAttemptEnd(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        _actual.OnEnd(exchange, exchange.AttemptedAt);
    }
}
