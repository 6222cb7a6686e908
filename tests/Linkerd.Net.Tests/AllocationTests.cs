using Linkerd.Net;
using Linkerd.Testing;

namespace Linkerd.Net.Tests;

/// <summary>The steady state allocates nothing: 100,000 round trips between two transports of one loop.</summary>
public sealed class AllocationTests
{
    [Fact]
    public async Task Tcp_round_trips_allocate_nothing()
    {
        using var harness = new Harness();
        TcpListener listener = harness.Listen(t => t.Handler = new Echo(t));
        TcpTransport client = await (await harness.On(() => TcpConnector.ConnectAsync(harness.Loop, listener.LocalAddress, Harness.Limit))).WaitAsync(Harness.Limit);
        Assert.Equal(0, await Pinger.MeasureAsync(harness, client));
    }

    [Fact]
    public async Task Tls_round_trips_allocate_nothing()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        using TlsServerContext server = kit.ServerContext();
        using TlsClientContext context = TlsClientContext.Create(kit.Material(kit.Client));
        var serving = new TlsEcho();
        TcpListener listener = harness.Listen(t => TlsTransport.Server(t, server, serving));
        TlsEnd end = await TlsEnd.ConnectAsync(harness, listener.LocalAddress, context, new TlsClientOptions { ExpectedIdentity = TlsKit.ServerIdentity });
        Probe probe = await end.Completed;
        Assert.Equal(0, await Pinger.MeasureAsync(harness, probe.Transport));
    }

    private sealed class Echo(Transport transport) : ITransportHandler
    {
        public int OnData(ReadOnlySpan<byte> data)
        {
            transport.Write(data);
            return data.Length;
        }

        public void OnReadClosed() => transport.CloseWrite();

        public void OnDrained()
        {
        }

        public void OnClosed(TransportFault fault)
        {
        }
    }

    private sealed class TlsEcho : ITlsHandshakeHandler
    {
        public void OnHandshakeCompleted(TlsTransport transport) => transport.Handler = new Echo(transport);

        public void OnHandshakeFailed(TransportFault fault)
        {
        }
    }
}
