namespace Linkerd.Proxy.Detect;

/// <summary>What the first bytes of a connection are.</summary>
public enum DetectedProtocol
{
    Http1,
    Http2,

    /// <summary>Neither version of HTTP.</summary>
    Opaque,

    /// <summary>TLS that is passed through by its server name; never detected, only said by policy.</summary>
    Tls,

    /// <summary>Not enough bytes came in time; it goes on as opaque, or as HTTP/1 where policy says so.</summary>
    TimedOut,

    /// <summary>The client ended before it could be told.</summary>
    Closed,
}
