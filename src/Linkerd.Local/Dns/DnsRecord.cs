using System.Net;

namespace Linkerd.Local.Dns;

/// <summary>One record of an answer; which of the fields count depends on the type.</summary>
internal sealed record DnsRecord(string Name, DnsType Type)
{
    public IPAddress? Address { get; init; }

    /// <summary>Target of CNAME, PTR and SRV.</summary>
    public string? Target { get; init; }

    public ushort Port { get; init; }
}
