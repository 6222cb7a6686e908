using Linkerd.Net;
using Linkerd.Proxy.Identity;

namespace Linkerd.Proxy.Connect;

/// <inheritdoc/>
/// <param name="loop">The loop connections live on.</param>
/// <param name="isLoop">True for the proxy's own listening addresses: connecting there is refused like a closed port.</param>
/// <param name="descriptorReserve">Descriptors that connecting leaves free for the control plane, certificates and the admin server.</param>
public sealed class Connector(EventLoop loop, Func<SocketAddress, bool>? isLoop = null, int descriptorReserve = 0) : IConnector
{
    public ValueTask<Transport> ConnectAsync(ConnectTarget target, TlsContexts? contexts, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (isLoop?.Invoke(target.Address) == true)
            return ValueTask.FromException<Transport>(new ConnectException($"{target.Address} is this proxy itself") { Errno = Errno.ECONNREFUSED });
        if (target.Tls is not null && contexts is null)
            return ValueTask.FromException<Transport>(new ConnectException($"{target.Address} needs TLS, and this proxy has no certificate yet"));
        if (target.Header is not null && target.Tls is null)
            return ValueTask.FromException<Transport>(new ConnectException($"{target.Address}: a transport header is sent over TLS only"));
        return new ConnectAttempt(loop, target, contexts, descriptorReserve).Start(cancellation);
    }
}
