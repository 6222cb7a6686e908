namespace Linkerd.Stats.Reports;

/// <summary>Requests that a workload sends to a port of a Service by one route.</summary>
/// <param name="Name">The workload, or the namespace.</param>
/// <param name="Service">The Service, or the EgressNetwork.</param>
/// <param name="Port">Its port.</param>
/// <param name="Route">The route; <c>[default]</c> where none was set up.</param>
/// <param name="RouteType">Its kind, such as <c>HTTPRoute</c>; empty for a default.</param>
/// <param name="Traffic">What the workload saw.</param>
/// <param name="Retries">Share of what was sent that was sent again, 0 to 1.</param>
/// <param name="Backends">What each backend answered, sorted by name and port.</param>
public sealed record OutboundRow(string Name, string Service, string Port, string Route, string RouteType, OutboundTraffic Traffic, double Retries, IReadOnlyList<OutboundBackend> Backends);
