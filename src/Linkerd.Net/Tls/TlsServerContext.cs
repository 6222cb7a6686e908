namespace Linkerd.Net;

/// <summary>Settings for accepting TLS. A client certificate is asked for, verified when given, and not required: see <see cref="TlsTransport.PeerIdentity"/>.</summary>
public sealed class TlsServerContext : TlsContext
{
    private TlsServerContext(SslContextHandle handle)
        : base(handle)
    {
    }

    /// <summary>Builds a context.</summary>
    /// <param name="material">Own certificate and key, and the anchors for client certificates.</param>
    /// <param name="alpn">Protocols accepted by ALPN, preferred first. A client that offers only others is served without ALPN.</param>
    /// <exception cref="TlsException">A certificate, key or anchor cannot be used; says which and why.</exception>
    public static TlsServerContext Create(TlsMaterial material, params ReadOnlySpan<string> alpn)
        => new(SslContextBuilder.BuildServer(material, alpn));
}
