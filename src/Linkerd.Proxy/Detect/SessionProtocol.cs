namespace Linkerd.Proxy.Detect;

/// <summary>What a transport header says is spoken behind it.</summary>
public enum SessionProtocol
{
    /// <summary>Nothing was said: opaque.</summary>
    Opaque,
    Http1,
    Http2,
}
