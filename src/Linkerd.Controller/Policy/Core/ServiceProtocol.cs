namespace Linkerd.Controller.Policy.Core;

/// <summary>What a Service's port speaks.</summary>
public enum ServiceProtocol
{
    /// <summary>The proxy looks which.</summary>
    Detect,

    /// <summary>HTTP/1.</summary>
    Http1,

    /// <summary>HTTP/2 in clear.</summary>
    Http2,

    /// <summary>Bytes.</summary>
    Opaque,
}
