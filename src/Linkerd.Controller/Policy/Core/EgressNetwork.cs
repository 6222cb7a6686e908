using System.Net;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>An EgressNetwork: addresses outside of the cluster, and whether traffic to them is let out.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Created">When it was created.</param>
/// <param name="Networks">What it covers; null for everything that is not in the cluster's networks.</param>
/// <param name="Allow">Whether traffic that no route is about is let out.</param>
/// <param name="Settings">Breakers, time-outs and retries of its annotations.</param>
internal sealed record EgressNetwork(ResourceName Name, DateTimeOffset Created, IReadOnlyList<NetworkMatch>? Networks, bool Allow, ParentSettings Settings) : IPolicyResource
{
    /// <summary>Whether it reaches into the cluster's own networks: it would take the cluster's traffic for egress, and is not used.</summary>
    public bool Overlaps(IReadOnlyList<System.Net.IPNetwork> clusterNetworks) => Networks?.Any(n => clusterNetworks.Any(c =>
        (n.Network.Contains(c.BaseAddress) || c.Contains(n.Network.BaseAddress)) && !n.Except.Any(e => e.PrefixLength <= c.PrefixLength && e.Contains(c.BaseAddress)))) ?? false;

    /// <summary>How closely it covers an address: the longest prefix that does, -1 when it covers everything outside; null when it does not cover it.</summary>
    public int? Covers(IPAddress address, IReadOnlyList<System.Net.IPNetwork> clusterNetworks)
    {
        if (Networks is null)
            return clusterNetworks.Any(n => n.Contains(address)) ? null : -1;
        int? best = null;
        foreach (var network in Networks.Where(n => n.Contains(address)))
            best = Math.Max(best ?? 0, network.Network.PrefixLength);
        return best;
    }
}
