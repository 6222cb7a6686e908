namespace Linkerd.Proxy.Dns;

/// <summary>A decoded response.</summary>
public sealed record DnsResponse
{
    /// <summary>RCODE: no error, and no such name.</summary>
    public const int NoError = 0, NameError = 3;

    public required ushort Id { get; init; }

    /// <summary>RCODE of RFC 1035 §4.1.1.</summary>
    public required int Code { get; init; }

    /// <summary>It did not fit: to be asked again over TCP.</summary>
    public required bool IsTruncated { get; init; }

    public required string Name { get; init; }

    public required DnsRecordType Type { get; init; }

    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];

    public IReadOnlyList<DnsRecord> Additionals { get; init; } = [];

    /// <summary>How long "there is none" may be kept (RFC 2308); null when nothing says so.</summary>
    public TimeSpan? NegativeTtl { get; init; }
}
