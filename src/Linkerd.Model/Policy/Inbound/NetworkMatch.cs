using System.Net;

namespace Linkerd.Model;

/// <summary>A network with holes.</summary>
public sealed record NetworkMatch(IPNetwork Network, IReadOnlyList<IPNetwork> Except)
{
    /// <summary>IPv4-mapped addresses count as IPv4.</summary>
    public bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (!Network.Contains(address)) return false;
        foreach (IPNetwork except in Except)
        {
            if (except.Contains(address)) return false;
        }

        return true;
    }
}
