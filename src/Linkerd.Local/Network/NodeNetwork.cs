using System.Net;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Network;

/// <summary>
/// The network of the one node. Every pod hangs on a cable of its own to the root of the cluster's network namespace, which routes:
/// so connection tracking sees both directions of every connection, also of two pods that speak over a Service.
/// </summary>
internal static class NodeNetwork
{
    /// <summary>The addresses of pods.</summary>
    public static IPNetwork PodRange { get; } = IPNetwork.Parse("10.42.0.0/16");

    /// <summary>The node's own address and the gateway of every pod.</summary>
    public static IPAddress NodeAddress { get; } = IPAddress.Parse("10.42.0.1");

    /// <summary>The address of the cluster's DNS Service.</summary>
    public static IPAddress DnsAddress { get; } = IPAddress.Parse("10.96.0.10");

    /// <summary>Prepares a fresh network namespace: loopback, forwarding, the node's address.</summary>
    public static async Task SetUpAsync(CancellationToken cancel)
    {
        await Tool.RunAsync("ip", ["-batch", "-"], $"""
            link set lo up
            addr add {NodeAddress}/32 dev lo
            route add blackhole {PodRange}

            """, cancel);
        Sysctl("net/ipv4/ip_forward", "1");
        Sysctl("net/ipv4/conf/all/rp_filter", "0");
        Sysctl("net/ipv4/conf/default/rp_filter", "0");
        Sysctl("net/ipv4/conf/all/route_localnet", "1");
        // A full backlog drops connection attempts that a load test makes; pods inherit nothing from the host here.
        Sysctl("net/core/somaxconn", "4096");
    }

    private static void Sysctl(string name, string value)
    {
        try
        {
            File.WriteAllText("/proc/sys/" + name, value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (name == "net/ipv4/ip_forward")
                throw new ToolException($"/proc/sys/{name} cannot be written ({e.Message}): pods could not reach each other");
        }
    }
}
