namespace Linkerd.Stats.Reports;

/// <summary>Requests that reached a workload by one route of one port.</summary>
/// <param name="Name">The workload, or the namespace.</param>
/// <param name="Server">The Server of the port; <see cref="Default"/> for a port that none selects.</param>
/// <param name="Port">The port.</param>
/// <param name="Route">The route; <see cref="Default"/> where none was set up.</param>
/// <param name="RouteType">Its kind, such as <c>HTTPRoute</c>; empty for a default.</param>
/// <param name="Traffic">What was answered.</param>
public sealed record InboundRow(string Name, string Server, string Port, string Route, string RouteType, TrafficStats Traffic)
{
    /// <summary>In place of the name of what nobody set up.</summary>
    public const string Default = "[default]";
}
