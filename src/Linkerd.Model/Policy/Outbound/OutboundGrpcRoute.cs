namespace Linkerd.Model;

/// <summary>A gRPC route of a destination.</summary>
public sealed record OutboundGrpcRoute
{
    public required Meta Meta { get; init; }

    public IReadOnlyList<HostMatch> Hosts { get; init; } = [];

    public IReadOnlyList<OutboundRule<GrpcRouteMatch>> Rules { get; init; } = [];
}
