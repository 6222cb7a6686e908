namespace Linkerd.Model;

/// <summary>An HTTP route of a destination.</summary>
public sealed record OutboundHttpRoute
{
    public required Meta Meta { get; init; }

    public IReadOnlyList<HostMatch> Hosts { get; init; } = [];

    public IReadOnlyList<OutboundRule<HttpRouteMatch>> Rules { get; init; } = [];
}
