using Linkerd.Net;
using Linkerd.Proxy.Identity;

namespace Linkerd.Proxy.Connect;

/// <summary>Opens connections on one loop: TCP, then TLS with the expected identity, then the transport header.</summary>
public interface IConnector
{
    /// <summary>Resumes on the loop with a transport without handler. Throws <see cref="ConnectException"/>. Cancelling gives up.</summary>
    ValueTask<Transport> ConnectAsync(ConnectTarget target, TlsContexts? contexts, CancellationToken cancellation = default);
}
