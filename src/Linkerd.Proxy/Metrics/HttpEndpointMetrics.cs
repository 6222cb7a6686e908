using System.Globalization;
using Linkerd.Http;
using Linkerd.Proxy.Balance;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>
/// <c>request_total</c>, <c>response_total</c> and <c>response_latency_ms</c> of one set of labels, for one worker. Cells are looked up once per
/// status; an ordinary answer only increments.
/// </summary>
public sealed class HttpEndpointMetrics
{
    private readonly ProxyMetrics _metrics;
    private readonly Labels _labels;
    private readonly int _worker;
    private readonly Cell _requests;
    private readonly List<StatusCells> _statuses = [];

    public HttpEndpointMetrics(ProxyMetrics metrics, Labels labels, int worker)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        _metrics = metrics;
        _labels = labels;
        _worker = worker;
        _requests = metrics.Requests.With(labels).For(worker);
    }

    public void OnRequest() => _requests.Increment();

    public void OnResponse(HttpExchange exchange, HeaderBlock response)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (response.Status < 200) return;
        long at = exchange.AttemptedAt != 0 ? exchange.AttemptedAt : exchange.StartedAt;
        For(exchange, response.Status, grpc: -1).Latency.Observe((exchange.Worker.Loop.Now - at) / 1e6);
    }

    /// <summary>Counts the answer.</summary>
    public void OnEnd(HttpExchange exchange, long startedAt)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        _ = startedAt;
        For(exchange, exchange.Status, exchange.GrpcStatus).Responses.Increment();
    }

    private StatusCells For(HttpExchange exchange, int status, int grpc)
    {
        bool failure = Classification.IsFailure(exchange);
        string error = ErrorLabel(exchange);
        foreach (StatusCells known in _statuses)
        {
            if (known.Status == status && known.Grpc == grpc && known.Failure == failure && (object)known.Error == error) return known;
        }

        return Add(status, grpc, failure, error);
    }

    private StatusCells Add(int status, int grpc, bool failure, string error)
    {
        Labels withStatus = status == 0 ? _labels : _labels.And("status_code", status.ToString(CultureInfo.InvariantCulture));
        Labels full = withStatus.And("classification", failure ? "failure" : "success")
            .And("grpc_status", grpc < 0 ? string.Empty : grpc.ToString(CultureInfo.InvariantCulture))
            .And("error", error);
        var cells = new StatusCells(status, grpc, failure, error, _metrics.Responses.With(full), _metrics.ResponseLatency.With(withStatus), _worker);
        // A server can invent any number of statuses; a client that meets them all is answered from the family.
        if (_statuses.Count < 64) _statuses.Add(cells);
        return cells;
    }

    private static string ErrorLabel(HttpExchange exchange)
        => !exchange.Error.IsNone ? Errors.ErrorTable.Of(exchange.Error.Kind).Label : exchange.Fault.IsNone ? string.Empty : "reset";

    private sealed class StatusCells(int status, int grpc, bool failure, string error, Counter responses, Histogram latency, int worker)
    {
        // The series are held too: they must outlive their idle time while somebody counts in them.
        private readonly Counter _responses = responses;
        private readonly Histogram _latency = latency;

        public int Status => status;

        public int Grpc => grpc;

        public bool Failure => failure;

        public string Error => error;

        public Cell Responses { get; } = responses.For(worker);

        public HistogramCell Latency { get; } = latency.For(worker);

        public override string ToString() => $"{_responses.LabelText} {_latency.LabelText}";
    }
}
