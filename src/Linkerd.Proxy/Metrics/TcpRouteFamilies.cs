using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The <c>outbound_tcp_route_*</c> families.</summary>
public sealed class TcpRouteFamilies
{
    public TcpRouteFamilies(MetricRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        Opened = registry.Counter("outbound_tcp_route_open_total", "The number of connections opened");
        Closed = registry.Counter("outbound_tcp_route_close_total", "The number of connections closed");
    }

    public MetricFamily<Counter> Opened { get; }

    public MetricFamily<Counter> Closed { get; }
}
