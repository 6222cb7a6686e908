using System.Globalization;
using Linkerd.Proxy.Balance;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>
/// Answers and their latency of one set of labels, for one worker. Cells are looked up in their families once per kind of answer; an ordinary
/// answer only increments. The series are held as long as this is, so that they outlive their idle time while somebody counts in them.
/// </summary>
internal sealed class AnswerSeries(MetricFamily<Counter> responses, MetricFamily<Histogram> latency, Labels labels, int worker)
{
    // A server can invent any number of statuses; a client that meets them all is answered from the family.
    private const int MaxKept = 64;

    private const int GrpcUnknown = 2;

    private readonly List<ResponseCell> _responses = [];
    private readonly List<LatencyCell> _latencies = [];

    /// <summary>
    /// Counts what the exchange ended with: status, gRPC status, class and error. A client that leaves, as one that watches does, is no failure of the server: an
    /// answer that had begun is judged by what there is of it, a gRPC status that had not come is UNKNOWN and a success, and no answer is not counted.
    /// </summary>
    public void Count(HttpExchange exchange)
    {
        bool left = exchange.IsClientGone && exchange.Error.IsNone;
        int status = exchange.Status, grpc = exchange.IsStatusLost ? GrpcUnknown : exchange.GrpcStatus;
        if (left && status == 0) return;
        bool failure = left ? Classification.IsFailedAnswer(exchange) : Classification.IsFailure(exchange);
        string error = !exchange.Error.IsNone ? ErrorTable.Of(exchange.Error.Kind).Label : left ? string.Empty : StreamErrors.Of(exchange.Fault);
        foreach (ResponseCell known in _responses)
        {
            if (known.Status != status || known.Grpc != grpc || known.Failure != failure || (object)known.Error != error) continue;
            known.Cell.Increment();
            return;
        }

        Counter series = responses.With(Of(status)
            .And("classification", failure ? "failure" : "success")
            .And("grpc_status", grpc < 0 ? string.Empty : grpc.ToString(CultureInfo.InvariantCulture))
            .And("error", error));
        var made = new ResponseCell(status, grpc, failure, error, series, series.For(worker));
        if (_responses.Count < MaxKept) _responses.Add(made);
        made.Cell.Increment();
    }

    /// <summary>Notes how long an answer with this status took to begin, in milliseconds.</summary>
    public void Observe(int status, double milliseconds)
    {
        foreach (LatencyCell known in _latencies)
        {
            if (known.Status != status) continue;
            known.Cell.Observe(milliseconds);
            return;
        }

        Histogram series = latency.With(Of(status));
        var made = new LatencyCell(status, series, series.For(worker));
        if (_latencies.Count < MaxKept) _latencies.Add(made);
        made.Cell.Observe(milliseconds);
    }

    private Labels Of(int status) => status == 0 ? labels : labels.And("status_code", status.ToString(CultureInfo.InvariantCulture));

    private sealed record ResponseCell(int Status, int Grpc, bool Failure, string Error, Counter Series, Cell Cell);

    private sealed record LatencyCell(int Status, Histogram Series, HistogramCell Cell);
}
