using System.Net.Sockets;
using Linkerd.Net;
using Linkerd.Net.Tests;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Stack;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Accept;

public sealed class ConnectionAcceptorTests : IDisposable
{
    private readonly Harness _harness = new();
    private readonly List<Accepted> _served = [];
    private readonly List<AcceptRefusal> _refused = [];

    [Fact]
    public async Task A_direct_inbound_connection_is_served_as_direct()
    {
        using Linkerd.Net.TcpListener listener = Listen(Direction.Inbound, out _);
        using Socket socket = Harness.Dial(listener);
        await Eventually.TrueAsync(() => _served.Count == 1);
        Assert.True(_served[0].IsDirect);
        Assert.Equal(SocketAddress.From((System.Net.IPEndPoint)socket.LocalEndPoint!), _served[0].Client);
        Assert.Equal(listener.LocalAddress, _served[0].OriginalDestination);
    }

    [Fact]
    public async Task A_direct_outbound_connection_would_loop_and_is_refused()
    {
        using Linkerd.Net.TcpListener listener = Listen(Direction.Outbound, out _);
        using Socket socket = Harness.Dial(listener);
        Assert.Throws<SocketException>(() => socket.Receive(new byte[1]));
        await Eventually.TrueAsync(() => _refused.Count == 1);
        Assert.Equal([AcceptRefusal.Loop], _refused);
        Assert.Empty(_served);
    }

    [Fact]
    public async Task A_draining_worker_takes_nothing()
    {
        using Linkerd.Net.TcpListener listener = Listen(Direction.Inbound, out Worker worker);
        worker.IsDraining = true;
        using Socket socket = Harness.Dial(listener);
        await Eventually.TrueAsync(() => _refused.Count == 1);
        Assert.Equal([AcceptRefusal.Draining], _refused);
    }

    public void Dispose() => _harness.Dispose();

    private Linkerd.Net.TcpListener Listen(Direction direction, out Worker worker)
    {
        var made = new Worker(0, _harness.Loop);
        worker = made;
        var acceptor = new ConnectionAcceptor(direction, made, new Service(_served), _refused.Add);
        return _harness.Listen(acceptor.OnAccepted);
    }

    private sealed class Service(List<Accepted> served) : IConnectionService<Accepted>
    {
        public void Serve(Transport transport, Accepted target)
        {
            transport.Handler = new Probe(transport);
            served.Add(target);
        }
    }
}
