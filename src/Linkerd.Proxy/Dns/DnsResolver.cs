using System.Net;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;

namespace Linkerd.Proxy.Dns;

/// <summary>
/// Resolves names of control-plane services on one loop: addresses and localhost at once, then the hosts file, then DNS with SRV before
/// A and AAAA. Nothing is cached here: an answer says how long it holds, and who asked asks again.
/// </summary>
public sealed class DnsResolver
{
    /// <summary>Targets of SRV records that are looked up; more are left out.</summary>
    public const int MaxTargets = 64;

    /// <summary>The shortest time that an answer holds, whatever its records say.</summary>
    public static readonly TimeSpan ShortestTtl = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_fixedTtl = TimeSpan.FromSeconds(30);

    private readonly EventLoop _loop;
    private readonly DnsSettings _settings;
    private readonly HostsFile _hosts;
    private readonly DnsConfig _clamp;

    public DnsResolver(EventLoop loop, DnsSettings settings, HostsFile hosts, DnsConfig clamp)
    {
        _loop = loop;
        _settings = settings;
        _hosts = hosts;
        _clamp = clamp;
    }

    /// <summary>The resolver of this machine.</summary>
    public static DnsResolver System(EventLoop loop, DnsConfig clamp)
    {
        string text = string.Empty;
        try
        {
            text = File.ReadAllText("/etc/resolv.conf");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without it, a server on the own host is asked (resolv.conf(5)).
        }

        return new DnsResolver(loop, DnsSettings.Parse(text), new HostsFile("/etc/hosts"), clamp);
    }

    /// <summary>At least one address. Throws <see cref="DnsException"/> when there is none, or nobody answers.</summary>
    public async Task<DnsAnswer> ResolveAsync(HostPort target, bool isFullName, DnsMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        if (SocketAddress.TryParseIp(target.Host, target.Port, out SocketAddress literal)) return new DnsAnswer([literal], Timeout.InfiniteTimeSpan);
        if (target.Host == "localhost") return new DnsAnswer([SocketAddress.From(IPAddress.Loopback, target.Port)], Timeout.InfiniteTimeSpan);
        IReadOnlyList<IPAddress> known = _hosts.Find(target.Host);
        if (known.Count > 0) return new DnsAnswer([.. known.Select(a => SocketAddress.From(a, target.Port))], s_fixedTtl);
        DnsException? failure = null;
        foreach (string name in _settings.Candidates(target.Host, isFullName))
        {
            try
            {
                if (await FindAsync(name, target.Port, metrics) is { } answer) return answer;
            }
            catch (DnsException exception)
            {
                failure = exception;
            }
        }

        throw failure is null ? new DnsException($"{target.Host} does not exist") : new DnsException($"{target.Host} cannot be resolved: {failure.Message}", failure);
    }

    private async Task<DnsAnswer?> FindAsync(string name, int port, DnsMetrics metrics)
    {
        DnsAnswer? services = null;
        try
        {
            services = await ServicesAsync(name, port);
        }
        catch (DnsException)
        {
            // A server that does not know SRV may still know addresses.
        }

        metrics.OnService(services is not null);
        if (services is not null) return services;
        (List<IPAddress> addresses, TimeSpan ttl) = await AddressesAsync(name);
        metrics.OnAddress(addresses.Count > 0);
        return addresses.Count == 0 ? null : Answer(addresses.Select(a => SocketAddress.From(a, port)), ttl);
    }

    private async Task<DnsAnswer?> ServicesAsync(string name, int port)
    {
        DnsResponse response = await AskAsync(name, DnsRecordType.Srv);
        DnsRecord[] records = [.. response.Answers.Where(static r => r.Type == DnsRecordType.Srv && r.Target.Length > 0 && r.Port > 0)];
        if (records.Length == 0) return null;

        // A headless service with several ports has records for each of them.
        if (Array.Exists(records, r => r.Port == port)) records = Array.FindAll(records, r => r.Port == port);
        int first = records.Min(static r => r.Priority);
        records = [.. records.Where(r => r.Priority == first).Take(MaxTargets)];
        TimeSpan ttl = records.Min(static r => r.Ttl);
        var addresses = new List<SocketAddress>();
        foreach (DnsRecord record in records)
        {
            DnsRecord[] given = [.. response.Additionals.Where(a => a.Address is not null && a.Name == record.Target)];
            (List<IPAddress> found, TimeSpan foundTtl) = given.Length > 0
                ? ([.. given.Select(static g => g.Address!)], given.Min(static g => g.Ttl))
                : await AddressesAsync(record.Target);
            if (found.Count > 0 && foundTtl < ttl) ttl = foundTtl;
            addresses.AddRange(found.Select(a => SocketAddress.From(a, record.Port)));
        }

        return addresses.Count == 0 ? null : Answer(addresses, ttl);
    }

    private async Task<(List<IPAddress> Addresses, TimeSpan Ttl)> AddressesAsync(string name)
    {
        (List<IPAddress> Addresses, TimeSpan Ttl) v4 = Addresses(await AskAsync(name, DnsRecordType.A));
        return v4.Addresses.Count > 0 ? v4 : Addresses(await AskAsync(name, DnsRecordType.Aaaa));
    }

    /// <summary>Aliases are followed by the server that was asked: their addresses are in the same answer.</summary>
    private static (List<IPAddress> Addresses, TimeSpan Ttl) Addresses(DnsResponse response)
    {
        var addresses = new List<IPAddress>();
        TimeSpan ttl = TimeSpan.MaxValue;
        foreach (DnsRecord record in response.Answers)
        {
            if (record.Ttl < ttl) ttl = record.Ttl;
            if (record.Address is { } address) addresses.Add(address);
        }

        return (addresses, ttl);
    }

    private DnsAnswer Answer(IEnumerable<SocketAddress> addresses, TimeSpan ttl)
    {
        if (_clamp.MaxTtl is { } max && ttl > max) ttl = max;
        if (_clamp.MinTtl is { } min && ttl < min) ttl = min;
        return new DnsAnswer([.. addresses.Distinct()], ttl < ShortestTtl ? ShortestTtl : ttl);
    }

    private async Task<DnsResponse> AskAsync(string name, DnsRecordType type)
    {
        DnsException? failure = null;
        for (int attempt = 0; attempt < _settings.Attempts; attempt++)
        {
            foreach (SocketAddress server in _settings.Servers)
            {
                try
                {
                    using var query = new DnsQuery(_loop, server, name, type, _settings.Timeout);
                    DnsResponse response = await query.RunAsync();
                    if (response.Code is DnsResponse.NoError or DnsResponse.NameError) return response;
                    failure = new DnsException($"{server}: answered with code {response.Code}");
                }
                catch (DnsException exception)
                {
                    failure = exception;
                }
            }
        }

        throw failure ?? new DnsException("there is no DNS server to ask");
    }
}
