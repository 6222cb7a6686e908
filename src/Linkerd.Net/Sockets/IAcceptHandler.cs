namespace Linkerd.Net;

/// <summary>What a <see cref="TcpListener"/> calls, on its loop.</summary>
public interface IAcceptHandler
{
    /// <summary>A connection came in. Set its <see cref="Transport.Handler"/> now or later; nothing is read before.</summary>
    void OnAccepted(TcpTransport transport);

    /// <summary>Accepting failed; EMFILE and ENFILE pause the listener, with backoff, until descriptors are free again.</summary>
    void OnAcceptError(int errno);
}
