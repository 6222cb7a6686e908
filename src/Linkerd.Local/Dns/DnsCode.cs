namespace Linkerd.Local.Dns;

/// <summary>Answer codes (RFC 1035 section 4.1.1).</summary>
internal enum DnsCode
{
    Success = 0,
    Malformed = 1,
    ServerFailure = 2,
    NoSuchName = 3,
    NotImplemented = 4,
}
