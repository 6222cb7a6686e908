using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>An HTTPRoute, GRPCRoute, TLSRoute or TCPRoute, of either group.</summary>
internal sealed record PolicyRoute : IPolicyResource
{
    public required ResourceName Name { get; init; }

    public DateTimeOffset Created { get; init; }

    /// <summary>Its group, kind and name as metrics show them.</summary>
    public required Meta Meta { get; init; }

    public required RouteKind Kind { get; init; }

    /// <summary>What it is attached to.</summary>
    public IReadOnlyList<RouteParent> Parents { get; init; } = [];

    /// <summary>Hosts, or server names of a TLSRoute; none means all.</summary>
    public IReadOnlyList<HostMatch> Hosts { get; init; } = [];

    public IReadOnlyList<PolicyRule> Rules { get; init; } = [];

    /// <summary>Time-outs and retries of its annotations.</summary>
    public RouteTuning Tuning { get; init; } = new();
}
