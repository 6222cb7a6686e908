namespace Linkerd.Model;

/// <summary>A route of TLS that is passed through, by server name.</summary>
public sealed record TlsRoute
{
    public required Meta Meta { get; init; }

    /// <summary>Server names; none means all.</summary>
    public IReadOnlyList<HostMatch> ServerNames { get; init; } = [];

    public required Distribution Backends { get; init; }

    public IReadOnlyList<RouteFilter> Filters { get; init; } = [];
}
