namespace Linkerd.Proxy.Dns;

/// <summary>Types of records that are asked for or understood (RFC 1035, RFC 3596, RFC 2782).</summary>
public enum DnsRecordType
{
    A = 1,
    Cname = 5,
    Soa = 6,
    Aaaa = 28,
    Srv = 33,
}
