namespace Linkerd.Net;

/// <summary>What the first bytes of a connection are.</summary>
public enum ClientHelloKind : byte
{
    /// <summary>A TLS ClientHello so far, not complete: offer more bytes.</summary>
    NeedMore,

    /// <summary>Not a TLS ClientHello, or one longer than <see cref="ClientHelloParser.MaxLength"/>.</summary>
    NotTls,

    /// <summary>A complete ClientHello.</summary>
    Complete,
}
