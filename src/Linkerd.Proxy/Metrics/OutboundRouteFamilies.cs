using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The <c>outbound_http_route_*</c> families, or those of gRPC.</summary>
public sealed class OutboundRouteFamilies
{
    private static readonly double[] s_requestSeconds = [0.05, 0.5, 1, 10];
    private static readonly double[] s_responseSeconds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 10];
    private static readonly double[] s_frameBytes = [128, 1024, 10240];

    /// <param name="registry">Where they are registered.</param>
    /// <param name="isGrpc">Those of gRPC routes.</param>
    public OutboundRouteFamilies(MetricRegistry registry, bool isGrpc)
    {
        ArgumentNullException.ThrowIfNull(registry);
        IsGrpc = isGrpc;
        string prefix = isGrpc ? "outbound_grpc_route_" : "outbound_http_route_";
        RequestDuration = registry.Histogram(prefix + "request_duration_seconds", "The time between request initialization and response completion", s_requestSeconds);
        RequestStatuses = registry.Counter(prefix + "request_statuses_total", "Completed request-response streams");
        RequestFrames = registry.Histogram(prefix + "request_frame_size_bytes", "Request data frame sizes", s_frameBytes);
        RetryRequests = registry.Counter(prefix + "retry_requests_total", "Retry requests emitted");
        RetrySuccesses = registry.Counter(prefix + "retry_successes_total", "Successful responses to retry requests");
        RetryLimitExceeded = registry.Counter(prefix + "retry_limit_exceeded_total", "Retryable requests not sent due to retry limits");
        RetryOverflow = registry.Counter(prefix + "retry_overflow_total", "Retryable requests not sent due to circuit breakers");
        BackendRequests = registry.Counter(prefix + "backend_requests_total", "The total number of requests dispatched");
        BackendDuration = registry.Histogram(prefix + "backend_response_duration_seconds", "The time between request completion and response completion", s_responseSeconds);
        BackendStatuses = registry.Counter(prefix + "backend_response_statuses_total", "Completed responses");
        BackendFrames = registry.Histogram(prefix + "backend_response_frame_size_bytes", "Response data frame sizes", s_frameBytes);
    }

    /// <summary>Statuses are gRPC's.</summary>
    public bool IsGrpc { get; }

    public MetricFamily<Histogram> RequestDuration { get; }

    public MetricFamily<Counter> RequestStatuses { get; }

    public MetricFamily<Histogram> RequestFrames { get; }

    public MetricFamily<Counter> RetryRequests { get; }

    public MetricFamily<Counter> RetrySuccesses { get; }

    public MetricFamily<Counter> RetryLimitExceeded { get; }

    public MetricFamily<Counter> RetryOverflow { get; }

    public MetricFamily<Counter> BackendRequests { get; }

    public MetricFamily<Histogram> BackendDuration { get; }

    public MetricFamily<Counter> BackendStatuses { get; }

    public MetricFamily<Histogram> BackendFrames { get; }
}
