using System.Globalization;
using Linkerd.Grpc;
using Linkerd.Proxy.Metrics;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Control;

/// <summary>The <c>control_*</c> families of one service.</summary>
internal sealed class ControlMetrics(ProxyMetrics metrics, Labels labels, int writer)
{
    private readonly Counter _requests = metrics.ControlRequests.With(labels);
    private readonly Histogram _latency = metrics.ControlLatency.With(labels.And("status_code", "200"));

    public void OnRequest() => _requests.For(writer).Increment();

    public void OnEnd(StatusCode status, long nanoseconds)
    {
        bool failed = status is not (StatusCode.OK or StatusCode.NotFound or StatusCode.Cancelled);
        _latency.For(writer).Observe(nanoseconds / 1e6);
        metrics.ControlResponses.With(labels.And("status_code", "200")
            .And("classification", failed ? "failure" : "success")
            .And("grpc_status", ((int)status).ToString(CultureInfo.InvariantCulture))
            .And("error", string.Empty)).For(writer).Increment();
    }
}
