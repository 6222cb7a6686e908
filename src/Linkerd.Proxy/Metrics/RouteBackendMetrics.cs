using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The <c>outbound_*_route_backend_*</c> families of one backend of one route, for one worker.</summary>
public sealed class RouteBackendMetrics
{
    private readonly Counter _requestSeries;
    private readonly Histogram _durationSeries;
    private readonly Cell _requests;
    private readonly HistogramCell _duration;
    private readonly StatusCounters _statuses;

    public RouteBackendMetrics(OutboundRouteFamilies families, Labels labels, int worker)
    {
        ArgumentNullException.ThrowIfNull(families);
        _requestSeries = families.BackendRequests.With(labels);
        _durationSeries = families.BackendDuration.With(labels);
        Frames = families.BackendFrames.With(labels);
        _requests = _requestSeries.For(worker);
        _duration = _durationSeries.For(worker);
        _statuses = new StatusCounters(families.BackendStatuses, labels, families.IsGrpc, worker);
    }

    /// <summary>Sizes of the response's data frames.</summary>
    public Histogram Frames { get; }

    /// <summary>An attempt begins.</summary>
    public void OnRequest() => _requests.Increment();

    /// <summary>An attempt is over.</summary>
    public void OnEnd(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        _duration.Observe((exchange.Worker.Loop.Now - Math.Max(exchange.AttemptedAt, exchange.RequestEndedAt)) / 1e9);
        _statuses.Count(exchange);
    }

    public override string ToString() => $"{_requestSeries.LabelText} {_durationSeries.LabelText}";
}
