using Linkerd.Net;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Accept;

/// <summary>First stage of every connection: learns who connected and where they meant to go, refuses loops, hands on.</summary>
public sealed class ConnectionAcceptor(
    Direction direction, Worker worker, IConnectionService<Accepted> service, Action<AcceptRefusal>? refused = null, Action<int>? acceptFailed = null) : IAcceptHandler
{
    public void OnAccepted(TcpTransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        if (worker.IsDraining)
        {
            Refuse(transport, AcceptRefusal.Draining);
            return;
        }

        SocketAddress local = transport.LocalAddress;
        bool redirected = transport.TryGetOriginalDestination(out SocketAddress original);
        var accepted = new Accepted(direction, transport.RemoteAddress, local, redirected ? original : local);
        if (direction == Direction.Outbound && accepted.IsDirect) Refuse(transport, AcceptRefusal.Loop);
        else service.Serve(transport, accepted);
    }

    public void OnAcceptError(int errno) => acceptFailed?.Invoke(errno);

    private void Refuse(TcpTransport transport, AcceptRefusal reason)
    {
        transport.Abort();
        refused?.Invoke(reason);
    }
}
