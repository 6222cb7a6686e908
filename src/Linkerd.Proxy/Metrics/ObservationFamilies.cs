using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The families of access log and tracing; without series where these are off.</summary>
internal sealed class ObservationFamilies(MetricRegistry registry)
{
    public MetricFamily<Counter> LinesDropped { get; } = registry.Counter("access_log_dropped_total", "The total number of access log lines that were dropped because they could not be written in time.");

    public MetricFamily<Counter> ExportStreams { get; } = registry.Counter("opentelemetry_span_export_streams", "Total count of opened span export streams");

    public MetricFamily<Counter> ExportRequests { get; } = registry.Counter("opentelemetry_span_export_requests", "Total count of span export request messages");

    public MetricFamily<Counter> Exports { get; } = registry.Counter("opentelemetry_span_exports", "Total count of spans exported");

    public MetricFamily<Counter> SpansDropped { get; } = registry.Counter("opentelemetry_spans_dropped_total", "Total count of spans dropped");
}
