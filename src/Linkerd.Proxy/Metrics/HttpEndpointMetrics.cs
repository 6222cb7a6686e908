using Linkerd.Http;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary><c>request_total</c>, <c>response_total</c> and <c>response_latency_ms</c> of one set of labels, for one worker.</summary>
public sealed class HttpEndpointMetrics
{
    private readonly Counter _requestSeries;
    private readonly Cell _requests;
    private readonly AnswerSeries _answers;

    public HttpEndpointMetrics(ProxyMetrics metrics, Labels labels, int worker)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        _requestSeries = metrics.Requests.With(labels);
        _requests = _requestSeries.For(worker);
        _answers = new AnswerSeries(metrics.Responses, metrics.ResponseLatency, labels, worker);
    }

    /// <summary>A request goes out.</summary>
    public void OnRequest() => _requests.Increment();

    /// <summary>The head of its answer is here: latency is counted from the attempt, or from the request where there was none.</summary>
    public void OnResponse(HttpExchange exchange, HeaderBlock response)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (response.Status < 200) return;
        long at = exchange.AttemptedAt != 0 ? exchange.AttemptedAt : exchange.StartedAt;
        _answers.Observe(response.Status, (exchange.Worker.Loop.Now - at) / 1e6);
    }

    /// <summary>The answer is over.</summary>
    public void OnEnd(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        _answers.Count(exchange);
    }

    public override string ToString() => _requestSeries.LabelText;
}
