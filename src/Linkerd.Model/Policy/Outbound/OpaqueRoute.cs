namespace Linkerd.Model;

/// <summary>A route of opaque traffic.</summary>
public sealed record OpaqueRoute
{
    public required Meta Meta { get; init; }

    public required Distribution Backends { get; init; }

    public IReadOnlyList<RouteFilter> Filters { get; init; } = [];
}
