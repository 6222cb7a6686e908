using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>Requests, responses and latency of one set of labels, for one worker.</summary>
internal sealed class ProfileRouteSeries
{
    private readonly Counter _requestSeries;
    private readonly AnswerSeries _answers;

    public ProfileRouteSeries(MetricFamily<Counter> requests, MetricFamily<Counter> responses, MetricFamily<Histogram> latency, Labels labels, int worker)
    {
        _requestSeries = requests.With(labels);
        Requests = _requestSeries.For(worker);
        _answers = new AnswerSeries(responses, latency, labels, worker);
    }

    public Cell Requests { get; }

    /// <summary>Something ended that began at <paramref name="startedAt"/>.</summary>
    public void OnEnd(HttpExchange exchange, long startedAt)
    {
        _answers.Count(exchange);
        if (exchange.RespondedAt != 0) _answers.Observe(exchange.Status, (exchange.RespondedAt - startedAt) / 1e6);
    }

    public override string ToString() => _requestSeries.LabelText;
}
