namespace Linkerd.Controller.Destination.Core;

/// <summary>What a client's proxy should speak to an endpoint.</summary>
public enum ProtocolHint
{
    /// <summary>What the application speaks.</summary>
    None,

    /// <summary>HTTP/2 for HTTP of any version.</summary>
    H2,

    /// <summary>Bytes: no detection on the other side.</summary>
    Opaque,
}
