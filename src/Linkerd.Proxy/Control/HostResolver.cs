using System.Net;
using System.Net.Sockets;
using Linkerd.Model;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Control;

/// <summary>Resolves by the system's resolver, off the loop; addresses and localhost are answered at once.</summary>
public sealed class HostResolver : IHostResolver
{
    private readonly Cell _resolved;
    private readonly Cell _failed;

    public HostResolver(MetricRegistry registry, int writer)
    {
        ArgumentNullException.ThrowIfNull(registry);
        MetricFamily<Counter> family = registry.Counter("control_dns_resolutions_total", "Counts the number of DNS records that have been resolved.");
        _resolved = family.With(Labels.Of("result", "ok")).For(writer);
        _failed = family.With(Labels.Of("result", "not_found")).For(writer);
    }

    public async Task<SocketAddress> ResolveAsync(HostPort target)
    {
        if (SocketAddress.TryParseIp(target.Host, target.Port, out SocketAddress literal)) return literal;
        if (target.Host == "localhost") return SocketAddress.From(IPAddress.Loopback, target.Port);
        try
        {
            IPAddress[] addresses = await LookUpAsync(target.Host);
            if (addresses.Length == 0) throw new IOException($"{target.Host} has no address");
            _resolved.Increment();
            return SocketAddress.From(addresses[Random.Shared.Next(addresses.Length)], target.Port);
        }
        catch (SocketException exception)
        {
            _failed.Increment();
            throw new IOException($"{target.Host} cannot be resolved: {exception.Message}", exception);
        }
    }

    // A full name is tried as such first: the search list of a pod would cost several failing queries before.
    private static async Task<IPAddress[]> LookUpAsync(string host)
    {
        if (!host.Contains('.', StringComparison.Ordinal)) return await Dns.GetHostAddressesAsync(host);
        try
        {
            return await Dns.GetHostAddressesAsync(host + ".");
        }
        catch (SocketException)
        {
            return await Dns.GetHostAddressesAsync(host);
        }
    }
}
