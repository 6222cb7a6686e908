using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The families of inbound routes.</summary>
public sealed class InboundRouteFamilies
{
    private readonly Protocol _http;
    private readonly Protocol _grpc;

    public InboundRouteFamilies(MetricRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        RateLimited = registry.Counter("inbound_http_local_ratelimit_total", "The total number of inbound HTTP requests that were rate-limited");
        _http = new Protocol(registry, "http", "HTTP");
        _grpc = new Protocol(registry, "grpc", "gRPC");
    }

    public MetricFamily<Counter> RateLimited { get; }

    /// <summary>Those of ports that speak gRPC by policy, or of all others.</summary>
    internal Protocol For(bool isGrpc) => isGrpc ? _grpc : _http;

    /// <summary><c>inbound_http_*</c> or <c>inbound_grpc_*</c>.</summary>
    internal sealed class Protocol(MetricRegistry registry, string name, string title)
    {
        private static readonly double[] s_frames = [128, 1024, 10240];

        public MetricFamily<Counter> Requests { get; } = registry.Counter($"inbound_{name}_requests_total", "The total number of requests dispatched.");

        public MetricFamily<Histogram> RequestDuration { get; } = registry.Histogram(
            $"inbound_{name}_request_duration_seconds", "The time between request initialization and response completion.", [0.025, 0.05, 0.1, 0.25, 0.5, 1, 10]);

        public MetricFamily<Histogram> ResponseDuration { get; } = registry.Histogram(
            $"inbound_{name}_response_duration_seconds", "The time between request completion and response completion.", [0.05, 0.5, 1, 10]);

        public MetricFamily<Counter> Statuses { get; } = registry.Counter($"inbound_{name}_statuses_total", $"Completed {title} responses.");

        public MetricFamily<Histogram> RequestFrames { get; } = registry.Histogram($"inbound_{name}_request_frame_size_bytes", "Request data frame sizes.", s_frames);

        public MetricFamily<Histogram> ResponseFrames { get; } = registry.Histogram($"inbound_{name}_response_frame_size_bytes", "Response data frame sizes.", s_frames);
    }
}
