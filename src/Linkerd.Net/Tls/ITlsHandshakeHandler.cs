namespace Linkerd.Net;

/// <summary>What a <see cref="TlsTransport"/> calls once, when its handshake ends either way.</summary>
public interface ITlsHandshakeHandler
{
    /// <summary>Done; the identity, SNI and ALPN are known. Set the transport's <see cref="Transport.Handler"/> now.</summary>
    void OnHandshakeCompleted(TlsTransport transport);

    /// <summary>Failed, or the connection ended first. The transport below is closed.</summary>
    void OnHandshakeFailed(TransportFault fault);
}
