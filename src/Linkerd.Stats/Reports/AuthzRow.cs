namespace Linkerd.Stats.Reports;

/// <summary>Requests at one Server and route, as one authorization let them in or as none did.</summary>
/// <param name="Namespace">Of the enforcing pods.</param>
/// <param name="Server">Name of the Server; <c>default:NAME</c> for a default policy.</param>
/// <param name="Route">Name of the route; <c>default</c> or <c>probe</c> for those that need no object.</param>
/// <param name="Authorization"><c>kind/name</c>; empty for refused requests.</param>
/// <param name="Client">Identity of the client, shortened; empty for clients without one, or when not asked for.</param>
public sealed record AuthzRow(string Namespace, string Server, string Route, string Authorization, string Client)
{
    /// <summary>Let in per second.</summary>
    public double AllowedPerSecond { get; init; }

    /// <summary>Refused per second.</summary>
    public double DeniedPerSecond { get; init; }

    /// <summary>How they were answered.</summary>
    public TrafficStats Traffic { get; init; } = TrafficStats.None;
}
