namespace Linkerd.Local.Dns;

/// <summary>Record types (RFC 1035 section 3.2.2, RFC 2782, RFC 3596).</summary>
internal enum DnsType : ushort
{
    Address = 1,
    Canonical = 5,
    Authority = 6,
    Pointer = 12,
    Address6 = 28,
    Service = 33,
    Any = 255,
}
