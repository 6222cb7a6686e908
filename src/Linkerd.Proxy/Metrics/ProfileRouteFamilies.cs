using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The families of service-profile routes.</summary>
public sealed class ProfileRouteFamilies
{
    public ProfileRouteFamilies(MetricRegistry registry, double[] latencyBounds)
    {
        ArgumentNullException.ThrowIfNull(registry);
        Requests = registry.Counter("route_request_total", "Total count of HTTP requests.");
        Responses = registry.Counter("route_response_total", "Total count of HTTP responses.");
        Latency = registry.Histogram("route_response_latency_ms", "Elapsed times between a request's headers being received and its response stream completing", latencyBounds);
        ActualRequests = registry.Counter("route_actual_request_total", "Total count of HTTP requests.");
        ActualResponses = registry.Counter("route_actual_response_total", "Total count of HTTP responses.");
        ActualLatency = registry.Histogram("route_actual_response_latency_ms", "Elapsed times between a request's headers being received and its response stream completing", latencyBounds);
        Retryable = registry.Counter("route_retryable_total", "Total count of retryable HTTP responses.");
    }

    /// <summary>What clients sent.</summary>
    public MetricFamily<Counter> Requests { get; }

    public MetricFamily<Counter> Responses { get; }

    public MetricFamily<Histogram> Latency { get; }

    /// <summary>What the proxy sent, retries included.</summary>
    public MetricFamily<Counter> ActualRequests { get; }

    public MetricFamily<Counter> ActualResponses { get; }

    public MetricFamily<Histogram> ActualLatency { get; }

    /// <summary>Failures that could be tried again; <c>skipped</c> says why one was not.</summary>
    public MetricFamily<Counter> Retryable { get; }
}
