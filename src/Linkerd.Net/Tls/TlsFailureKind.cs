namespace Linkerd.Net;

/// <summary>Why TLS failed.</summary>
public enum TlsFailureKind : byte
{
    /// <summary>The peer's certificate does not lead to one of our trust anchors.</summary>
    UntrustedCertificate,

    /// <summary>A certificate of the peer's chain, or the anchor itself, has expired.</summary>
    ExpiredCertificate,

    /// <summary>A certificate of the peer's chain is not valid yet.</summary>
    NotYetValidCertificate,

    /// <summary>The peer's leaf does not carry the expected identity.</summary>
    NameMismatch,

    /// <summary>The peer presented no certificate where one is required.</summary>
    NoCertificate,

    /// <summary>The peer refused us with an alert: <see cref="TlsFailure.Alert"/>.</summary>
    Alert,

    /// <summary>What arrived is not acceptable TLS 1.3.</summary>
    Protocol,

    /// <summary>The peer ended the connection without close_notify.</summary>
    Truncated,
}
