using System.Net;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A bridge in a namespace of its own, and pods on it: 10.93.0.0/24 and fd93::/64. The host's network is not touched.</summary>
internal sealed class MeshNetwork : IDisposable
{
    private static int s_count;
    private readonly string _prefix = $"l5dfn-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
    private readonly List<NetworkNamespace> _namespaces = [];
    private readonly NetworkNamespace _hub;

    public MeshNetwork()
    {
        _hub = new NetworkNamespace(_prefix + "-hub");
        _namespaces.Add(_hub);
        try
        {
            Shell.Run("ip", "-n", _hub.Name, "link", "add", "br0", "type", "bridge");
            Shell.Run("ip", "-n", _hub.Name, "addr", "add", "10.93.0.254/24", "dev", "br0");
            Shell.Run("ip", "-n", _hub.Name, "addr", "add", "fd93::fe/64", "dev", "br0", "nodad");
            Shell.Run("ip", "-n", _hub.Name, "link", "set", "br0", "up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>A namespace on the bridge. Everything that is not on the bridge, such as a Service's address, is routed to it too.</summary>
    public (NetworkNamespace Namespace, IPAddress Address) Add(string name)
    {
        var index = _namespaces.Count;
        var ns = new NetworkNamespace($"{_prefix}-{name}");
        _namespaces.Add(ns);
        var address = IPAddress.Parse($"10.93.0.{index}");
        Shell.Run("ip", "-n", ns.Name, "link", "add", "eth0", "type", "veth", "peer", "name", $"v{index}", "netns", _hub.Name);
        Shell.Run("ip", "-n", _hub.Name, "link", "set", $"v{index}", "master", "br0", "up");
        Shell.Run("ip", "-n", ns.Name, "addr", "add", $"{address}/24", "dev", "eth0");
        Shell.Run("ip", "-n", ns.Name, "addr", "add", $"{AddressV6(address)}/64", "dev", "eth0", "nodad");
        Shell.Run("ip", "-n", ns.Name, "link", "set", "eth0", "up");
        Shell.Run("ip", "-n", ns.Name, "route", "add", "default", "via", "10.93.0.254");
        Shell.Run("ip", "-n", ns.Name, "-6", "route", "add", "default", "via", "fd93::fe");
        return (ns, address);
    }

    /// <summary>The IPv6 address of the pod that has an IPv4 address.</summary>
    public static IPAddress AddressV6(IPAddress address) => IPAddress.Parse($"fd93::{address.GetAddressBytes()[3]}");

    public void Dispose()
    {
        foreach (var ns in _namespaces)
            ns.Dispose();
    }
}
