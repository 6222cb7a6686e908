namespace Linkerd.Net;

/// <summary>
/// What a TLS context is built from: own certificate chain and key, and the anchors that peers must chain to.
/// PEM or DER is recognised by content; one PEM text may hold many certificates.
/// </summary>
public sealed record TlsMaterial
{
    /// <summary>Own leaf first, then intermediates. One PEM text, or one DER certificate per element. Empty for a client without identity.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> CertificateChain { get; init; } = [];

    /// <summary>Own private key, PKCS#8, PEM or DER. Empty without a certificate.</summary>
    public ReadOnlyMemory<byte> PrivateKey { get; init; }

    /// <summary>PEM text of the trust anchors; they may be intermediates.</summary>
    public string TrustAnchorsPem { get; init; } = string.Empty;
}
