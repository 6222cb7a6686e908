namespace Linkerd.Net;

/// <summary>Sizes of pooled buffers.</summary>
public enum BufferSize
{
    /// <summary>16 KiB: the plaintext of one TLS record, one HTTP/2 frame.</summary>
    Small,

    /// <summary>64 KiB: what a handler may leave unconsumed.</summary>
    Medium,

    /// <summary>256 KiB: one read.</summary>
    Large,
}
