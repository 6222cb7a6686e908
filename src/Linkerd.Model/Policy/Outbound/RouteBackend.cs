namespace Linkerd.Model;

/// <summary>A backend as one route uses it.</summary>
public sealed record RouteBackend(Backend Backend, uint Weight, IReadOnlyList<RouteFilter> Filters);
