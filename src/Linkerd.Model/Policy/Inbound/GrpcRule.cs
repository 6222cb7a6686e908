namespace Linkerd.Model;

/// <summary>Matches of which one suffices (none: every call), and what is done to calls that match.</summary>
public sealed record GrpcRule(IReadOnlyList<GrpcRouteMatch> Matches, IReadOnlyList<RouteFilter> Filters);
