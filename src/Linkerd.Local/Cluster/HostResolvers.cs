using System.Net;

namespace Linkerd.Local.Cluster;

/// <summary>The name servers of the machine.</summary>
internal static class HostResolvers
{
    public static IReadOnlyList<IPAddress> Read()
    {
        try
        {
            return [.. File.ReadLines("/etc/resolv.conf").Select(static l => l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                .Where(static w => w is ["nameserver", _, ..]).Select(static w => IPAddress.TryParse(w[1], out var a) ? a : null).OfType<IPAddress>()];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
