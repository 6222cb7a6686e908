using System.Globalization;
using Linkerd.Proxy.Balance;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>Requests, responses and latency of one set of labels, for one worker. Cells are looked up once per kind of answer.</summary>
internal sealed class ProfileRouteSeries
{
    private const int MaxKept = 64;

    private readonly MetricFamily<Counter> _responses;
    private readonly MetricFamily<Histogram> _latency;
    private readonly Labels _labels;
    private readonly int _worker;
    private readonly Counter _requestSeries;
    private readonly List<Answer> _answers = [];

    public ProfileRouteSeries(MetricFamily<Counter> requests, MetricFamily<Counter> responses, MetricFamily<Histogram> latency, Labels labels, int worker)
    {
        _responses = responses;
        _latency = latency;
        _labels = labels;
        _worker = worker;
        _requestSeries = requests.With(labels);
        Requests = _requestSeries.For(worker);
    }

    public Cell Requests { get; }

    /// <summary>Something ended that began at <paramref name="startedAt"/>.</summary>
    public void OnEnd(HttpExchange exchange, long startedAt)
    {
        Answer answer = Find(exchange);
        answer.Responses.Increment();
        if (exchange.RespondedAt != 0) answer.Latency.Observe((exchange.RespondedAt - startedAt) / 1e6);
    }

    private Answer Find(HttpExchange exchange)
    {
        bool failure = Classification.IsFailure(exchange);
        string error = !exchange.Error.IsNone ? ErrorTable.Of(exchange.Error.Kind).Label : exchange.Fault.IsNone ? string.Empty : "reset";
        foreach (Answer known in _answers)
        {
            if (known.Status == exchange.Status && known.Grpc == exchange.GrpcStatus && known.Failure == failure && (object)known.Error == error) return known;
        }

        Labels withStatus = exchange.Status == 0 ? _labels : _labels.And("status_code", exchange.Status.ToString(CultureInfo.InvariantCulture));
        Labels full = withStatus.And("classification", failure ? "failure" : "success")
            .And("grpc_status", exchange.GrpcStatus < 0 ? string.Empty : exchange.GrpcStatus.ToString(CultureInfo.InvariantCulture))
            .And("error", error);
        var made = new Answer(exchange.Status, exchange.GrpcStatus, failure, error, _responses.With(full), _latency.With(withStatus), _worker);
        if (_answers.Count < MaxKept) _answers.Add(made);
        return made;
    }

    private sealed class Answer(int status, int grpc, bool failure, string error, Counter responses, Histogram latency, int worker)
    {
        // Held, so that the series outlive their idle time while somebody counts in them.
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
