namespace Linkerd.Model;

/// <summary>An HTTP route of an inbound port.</summary>
public sealed record InboundHttpRoute
{
    public required Meta Meta { get; init; }

    public IReadOnlyList<HostMatch> Hosts { get; init; } = [];

    /// <summary>Beside those of the server.</summary>
    public IReadOnlyList<Authorization> Authorizations { get; init; } = [];

    public IReadOnlyList<HttpRule> Rules { get; init; } = [];
}
