using Linkerd.Model;

namespace Linkerd.Cli.Explain;

/// <summary>What the client's proxy does with a request.</summary>
/// <param name="Facts">What holds, in the order in which the proxy comes to it.</param>
/// <param name="Answer">What it answers itself; null when the request goes on.</param>
/// <param name="Backends">Where it goes, with the share of each.</param>
internal sealed record OutboundVerdict(IReadOnlyList<Fact> Facts, Answer? Answer, IReadOnlyList<BackendShare> Backends)
{
    /// <summary>The route of policy that the request takes; null where there is none.</summary>
    public Meta? Route { get; init; }

    /// <summary>Which of the route's rules.</summary>
    public int Rule { get; init; }
}

/// <summary>A backend of a rule.</summary>
/// <param name="Meta">The resource.</param>
/// <param name="Share">Its share of the requests, 0 to 1; for backends in order of preference 1 for the first.</param>
/// <param name="Destination">What endpoints are looked up by, <c>host:port</c>; empty when <paramref name="Forward"/> is set.</param>
/// <param name="Forward">The one address; null for a balancer.</param>
/// <param name="Answer">What is answered instead of sending; null when the request goes on.</param>
/// <param name="Field">The field that names the backend.</param>
internal sealed record BackendShare(Meta Meta, double Share, string Destination, Endpoint? Forward, Answer? Answer, string Field);
