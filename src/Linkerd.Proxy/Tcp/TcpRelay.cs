using Linkerd.Net;

namespace Linkerd.Proxy.Tcp;

/// <inheritdoc/>
public sealed class TcpRelay : ITcpRelay
{
    public static TcpRelay Instance { get; } = new();

    public IDisposable Start(Transport client, Transport server, Action<TransportFault> ended)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(ended);
        return new RelayedConnection(client, server, ended);
    }
}
