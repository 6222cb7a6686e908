namespace Linkerd.Http;

/// <summary>How a body is delimited (RFC 9112 §6.3).</summary>
internal enum BodyKind : byte
{
    /// <summary>There is none; what is sent as one is dropped.</summary>
    None,

    /// <summary>By <c>content-length</c>.</summary>
    Length,

    /// <summary>By chunks.</summary>
    Chunked,

    /// <summary>By the end of the connection.</summary>
    UntilClose,

    /// <summary>Not a body: the connection is a tunnel.</summary>
    Tunnel,
}
