using System.Globalization;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>A counter by status and error, whose cells are looked up once per pair: an ordinary answer only increments.</summary>
internal sealed class StatusCounters(MetricFamily<Counter> family, Labels labels, bool isGrpc, int worker)
{
    private const int MaxKept = 64;

    private readonly List<(int Status, string Error, Counter Series, Cell Cell)> _known = [];

    public void Count(HttpExchange exchange)
    {
        string error = RouteErrors.Of(exchange);
        // The proxy's own answers are no status of the server's.
        int status = !exchange.Error.IsNone ? -1 : isGrpc ? exchange.GrpcStatus : exchange.Status == 0 ? -1 : exchange.Status;
        for (int i = 0; i < _known.Count; i++)
        {
            if (_known[i].Status != status || (object)_known[i].Error != error) continue;
            _known[i].Cell.Increment();
            return;
        }

        Add(status, error).Increment();
    }

    private Cell Add(int status, string error)
    {
        string text = isGrpc ? RouteErrors.GrpcStatus(status) : status < 0 ? string.Empty : status.ToString(CultureInfo.InvariantCulture);
        Counter series = family.With(labels.And(isGrpc ? "grpc_status" : "http_status", text).And("error", error));
        Cell cell = series.For(worker);
        if (_known.Count < MaxKept) _known.Add((status, error, series, cell));
        return cell;
    }
}
