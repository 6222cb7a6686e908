namespace Linkerd.Model;

/// <summary>A gRPC route of an inbound port.</summary>
public sealed record InboundGrpcRoute
{
    public required Meta Meta { get; init; }

    public IReadOnlyList<HostMatch> Hosts { get; init; } = [];

    /// <summary>Beside those of the server.</summary>
    public IReadOnlyList<Authorization> Authorizations { get; init; } = [];

    public IReadOnlyList<GrpcRule> Rules { get; init; } = [];
}
