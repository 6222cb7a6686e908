namespace Linkerd.Http;

/// <summary>The version of a message. Ordered: older is smaller.</summary>
public enum HttpProtocol : byte
{
    /// <summary>HTTP/1.0: no chunking, no 1xx, closes unless told otherwise.</summary>
    Http10,

    /// <summary>HTTP/1.1 (RFC 9112).</summary>
    Http11,

    /// <summary>HTTP/2 (RFC 9113).</summary>
    Http2,
}
