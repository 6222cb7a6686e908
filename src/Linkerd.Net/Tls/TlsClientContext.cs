namespace Linkerd.Net;

/// <summary>Settings for making TLS connections: own identity (optional) and trust anchors.</summary>
public sealed class TlsClientContext : TlsContext
{
    private TlsClientContext(SslContextHandle handle)
        : base(handle)
    {
    }

    /// <inheritdoc cref="TlsServerContext.Create(TlsMaterial, ReadOnlySpan{string})"/>
    public static TlsClientContext Create(TlsMaterial material) => new(SslContextBuilder.BuildClient(material));
}
