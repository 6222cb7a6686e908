using System.Net;

namespace Linkerd.Proxy.Dns;

/// <summary>One record of an answer.</summary>
/// <param name="Name">Owner, lower case, without a trailing dot.</param>
/// <param name="Type">A type that is not in <see cref="DnsRecordType"/> is kept as its number.</param>
/// <param name="Ttl">How long it may be kept.</param>
public sealed record DnsRecord(string Name, DnsRecordType Type, TimeSpan Ttl)
{
    /// <summary>Of A and AAAA.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The name that CNAME or SRV leads to.</summary>
    public string Target { get; init; } = string.Empty;

    /// <summary>Of SRV; the lowest is to be used.</summary>
    public int Priority { get; init; }

    /// <summary>Of SRV.</summary>
    public int Port { get; init; }
}
