namespace Linkerd.Net;

/// <summary>What one TLS client connection asks for.</summary>
public sealed record TlsClientOptions
{
    /// <summary>Sent as SNI. Null sends none.</summary>
    public string? ServerName { get; init; }

    /// <summary>The peer's leaf must carry this as a DNS or URI subject alternative name. Null accepts any name under the anchors.</summary>
    public string? ExpectedIdentity { get; init; }

    /// <summary>Protocols offered by ALPN, preferred first. Default none.</summary>
    public IReadOnlyList<string> Alpn { get; init; } = [];
}
