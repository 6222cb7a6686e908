namespace Linkerd.Stats.Reports;

/// <summary>Requests of one route of a ServiceProfile.</summary>
/// <param name="Route">Its name; <see cref="Unmatched"/> for requests that no route of the profile matches.</param>
/// <param name="Authority">Whose profile: the Service's full name with its port, as the proxy knows it.</param>
/// <param name="Effective">As the client saw it: one response per request.</param>
/// <param name="Actual">As it was: each attempt counts. Null where only servers were asked.</param>
public sealed record RouteRow(string Route, string Authority, TrafficStats Effective, TrafficStats? Actual)
{
    /// <summary>The name of "no route".</summary>
    public const string Unmatched = "[DEFAULT]";

    /// <summary>The Service's name: the first label of the authority.</summary>
    public string Service => Authority.Split('.', ':')[0];
}
