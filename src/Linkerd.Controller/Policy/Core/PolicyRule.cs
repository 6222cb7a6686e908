using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>A rule of a route; only the matches of the route's own kind are set.</summary>
internal sealed record PolicyRule
{
    public IReadOnlyList<HttpRouteMatch> HttpMatches { get; init; } = [];

    public IReadOnlyList<GrpcRouteMatch> GrpcMatches { get; init; } = [];

    public IReadOnlyList<RouteFilter> Filters { get; init; } = [];

    public IReadOnlyList<BackendRef> Backends { get; init; } = [];

    /// <summary>Of the whole request, or null.</summary>
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>Of one attempt, or null.</summary>
    public TimeSpan? BackendRequestTimeout { get; init; }
}
