namespace Linkerd.Model;

/// <summary>What the peer's proxy can take.</summary>
public enum ProtocolHint
{
    /// <summary>Nothing is known: send what the client sent.</summary>
    Unknown,

    /// <summary>HTTP/1 may travel as HTTP/2.</summary>
    Http2,

    /// <summary>The port is opaque at the other side.</summary>
    Opaque,
}
