namespace Linkerd.Net;

/// <summary>
/// Immutable TLS settings shared by many connections and threads. Replaced whole on renewal: connections made with the old one keep it
/// alive (OpenSSL counts references), so it may be disposed as soon as nobody makes new ones from it.
/// TLS 1.3 only; no session tickets or resumption.
/// </summary>
public abstract class TlsContext : IDisposable
{
    private protected TlsContext(SslContextHandle handle) => Handle = handle;

    internal SslContextHandle Handle { get; }

    public void Dispose()
    {
        Handle.Dispose();
        GC.SuppressFinalize(this);
    }
}
