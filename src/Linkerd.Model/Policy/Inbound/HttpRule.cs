namespace Linkerd.Model;

/// <summary>Matches of which one suffices (none: every request), and what is done to requests that match.</summary>
public sealed record HttpRule(IReadOnlyList<HttpRouteMatch> Matches, IReadOnlyList<RouteFilter> Filters);
