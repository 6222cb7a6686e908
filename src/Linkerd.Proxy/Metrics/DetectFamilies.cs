using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The <c>*_tcp_detect_http_*</c> families of one side.</summary>
public sealed class DetectFamilies
{
    private static readonly double[] s_seconds = [0.001, 0.1];

    /// <param name="registry">Where they are registered.</param>
    /// <param name="side"><c>inbound</c> or <c>outbound</c>.</param>
    public DetectFamilies(MetricRegistry registry, string side)
    {
        ArgumentNullException.ThrowIfNull(registry);
        Duration = registry.Histogram(side + "_tcp_detect_http_duration_seconds", "Time taken for protocol detection", s_seconds);
        Results = registry.Counter(side + "_tcp_detect_http_results_total", "Protocol detection results");
    }

    public MetricFamily<Histogram> Duration { get; }

    public MetricFamily<Counter> Results { get; }
}
