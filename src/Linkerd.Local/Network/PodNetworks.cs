using System.Buffers.Binary;
using System.Net;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Network;

/// <summary>Gives pods their network namespace, cable and address, and takes them back.</summary>
internal sealed class PodNetworks
{
    private readonly Lock _lock = new();
    private readonly HashSet<uint> _used = [];
    private uint _next = 1;

    /// <summary>The file that holds a pod's network namespace open.</summary>
    public static string NamespacePath(string name) => "/run/netns/" + name;

    /// <summary>Makes a namespace with an interface <c>eth0</c> and a free address.</summary>
    public async Task<PodNetwork> AttachAsync(string podUid, CancellationToken cancel)
    {
        var offset = Take();
        var address = At(offset);
        var name = $"p{offset:x}-{podUid[..Math.Min(8, podUid.Length)]}";
        try
        {
            var gateway = NodeNetwork.NodeAddress;
            await Tool.RunAsync("ip", ["-batch", "-"], $"""
                netns add {name}
                link add name pod{offset:x} type veth peer name eth0 netns {name}
                addr add {gateway}/32 dev pod{offset:x}
                link set pod{offset:x} up
                route add {address}/32 dev pod{offset:x} src {gateway}

                """, cancel);
            await Tool.RunAsync("ip", ["-n", name, "-batch", "-"], $"""
                link set lo up
                addr add {address}/32 dev eth0
                link set eth0 up
                route add {gateway} dev eth0 scope link
                route add default via {gateway} dev eth0

                """, cancel);
        }
        catch
        {
            await DetachAsync(new PodNetwork(name, address, offset));
            throw;
        }

        return new PodNetwork(name, address, offset);
    }

    /// <summary>Removes what <see cref="AttachAsync"/> made; the cable goes with the namespace.</summary>
    public async Task DetachAsync(PodNetwork network)
    {
        await Tool.TryRunAsync("ip", ["link", "delete", $"pod{network.Offset:x}"]);
        await Tool.TryRunAsync("ip", ["netns", "delete", network.Name]);
        lock (_lock)
            _used.Remove(network.Offset);
    }

    // Addresses come round robin, so that a late packet or a stale cache does not meet a new pod.
    private uint Take()
    {
        lock (_lock)
        {
            for (var i = 0; i < 65_000; i++)
            {
                _next = _next >= 65_533 ? 2 : _next + 1;
                if (_used.Add(_next))
                    return _next;
            }
        }

        throw new ToolException($"no free pod address in {NodeNetwork.PodRange}");
    }

    private static IPAddress At(uint offset)
    {
        Span<byte> bytes = stackalloc byte[4];
        NodeNetwork.PodRange.BaseAddress.TryWriteBytes(bytes, out _);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes) + offset);
        return new IPAddress(bytes);
    }
}
