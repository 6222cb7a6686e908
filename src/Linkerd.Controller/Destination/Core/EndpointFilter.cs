using System.Net.Sockets;

namespace Linkerd.Controller.Destination.Core;

/// <summary>Which endpoints of a set one client is told of, by where the client is and what it asked for.</summary>
/// <param name="Hostname">Only the endpoint with this host name, or null for all.</param>
/// <param name="NodeName">The client's node, empty when unknown.</param>
/// <param name="Zone">The client's zone, empty when unknown.</param>
/// <param name="EnableIpv6">Prefer IPv6 where an endpoint has both; otherwise IPv6 is left out.</param>
public sealed record EndpointFilter(string? Hostname, string NodeName, string Zone, bool EnableIpv6)
{
    /// <summary>Applies host name, node, zone hints and address family, in this order.</summary>
    public IReadOnlyList<EndpointInfo> Apply(EndpointSet set)
    {
        if (Hostname is null && !set.LocalTrafficOnly && set.IsPlain)
            return set.Endpoints;
        IEnumerable<EndpointInfo> candidates = set.Endpoints;
        if (Hostname is not null)
            candidates = candidates.Where(e => e.Hostname == Hostname);
        if (set.LocalTrafficOnly)
            candidates = candidates.Where(e => e.NodeName == NodeName);
        return Family(Hinted([.. candidates]));
    }

    /// <summary>Hints count only when every candidate has one; if none is for the client's zone, all are used.</summary>
    private List<EndpointInfo> Hinted(List<EndpointInfo> candidates)
    {
        if (Zone.Length == 0 || !candidates.TrueForAll(static e => e.ForZones.Length > 0))
            return candidates;
        var local = candidates.FindAll(e => e.ForZones.Contains(Zone));
        return local.Count == 0 ? candidates : local;
    }

    private List<EndpointInfo> Family(List<EndpointInfo> candidates)
    {
        if (!EnableIpv6)
            return candidates.FindAll(static e => e.Key.Ip.AddressFamily == AddressFamily.InterNetwork);
        var dual = candidates.Where(static e => e.Pod is not null && e.Key.Ip.AddressFamily == AddressFamily.InterNetworkV6).Select(static e => e.Pod).ToHashSet();
        return dual.Count == 0
            ? candidates
            : candidates.FindAll(e => e.Key.Ip.AddressFamily == AddressFamily.InterNetworkV6 || !dual.Contains(e.Pod));
    }
}
