using Linkerd.Model;
using Linkerd.Proxy.Balance;
using Linkerd.Proxy.Metrics;

namespace Linkerd.Proxy.Outbound;

/// <summary>An endpoint of opaque traffic; its load is its open connections.</summary>
internal sealed class TcpEndpoint(Endpoint endpoint, ConnectionMetrics metrics) : ILoad
{
    public Endpoint Endpoint => endpoint;

    public ConnectionMetrics Metrics => metrics;

    /// <summary>Connections open or being opened.</summary>
    public int Open { get; set; }

    public double Cost(long now) => Open;
}
