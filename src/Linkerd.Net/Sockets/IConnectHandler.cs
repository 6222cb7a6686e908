namespace Linkerd.Net;

/// <summary>What a <see cref="TcpConnector"/> calls, on its loop; exactly one of the two, unless cancelled. Never from inside Connect.</summary>
public interface IConnectHandler
{
    /// <summary>Connected. Set the <see cref="Transport.Handler"/> to start reading.</summary>
    void OnConnected(TcpTransport transport);

    /// <summary>Not connected: <see cref="TransportFaultKind.Io"/> with the errno of the kernel, or <see cref="TransportFaultKind.Timeout"/> with ETIMEDOUT.</summary>
    void OnConnectFailed(TransportFault fault);
}
