using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The <c>outbound_tcp_route_*</c> families, or those of TLS routes.</summary>
public sealed class TcpRouteFamilies
{
    /// <param name="registry">Where they are registered.</param>
    /// <param name="prefix"><c>outbound_tcp</c> or <c>outbound_tls</c>.</param>
    public TcpRouteFamilies(MetricRegistry registry, string prefix)
    {
        ArgumentNullException.ThrowIfNull(registry);
        Opened = registry.Counter(prefix + "_route_open_total", "The number of connections opened");
        Closed = registry.Counter(prefix + "_route_close_total", "The number of connections closed");
    }

    public MetricFamily<Counter> Opened { get; }

    public MetricFamily<Counter> Closed { get; }
}
