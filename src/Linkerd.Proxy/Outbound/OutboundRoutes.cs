using Linkerd.Proxy.Route;

namespace Linkerd.Proxy.Outbound;

/// <summary>The compiled routes of one destination and protocol.</summary>
internal sealed class OutboundRoutes
{
    public RouteTable<OutboundRuleService> Table { get; } = new();
}
