using Linkerd.Net;
using Linkerd.Testing;

namespace Linkerd.Net.Tests;

/// <summary>The steady state allocates nothing: 100,000 round trips between two transports of one loop.</summary>
public sealed class AllocationTests
{
    private const int Warm = 2_000, RoundTrips = 100_000;

    [Fact]
    public async Task Tcp_round_trips_allocate_nothing()
    {
        using var harness = new Harness();
        TcpListener listener = harness.Listen(t => t.Handler = new Echo(t));
        TcpTransport client = await (await harness.On(() => TcpConnector.ConnectAsync(harness.Loop, listener.LocalAddress, Harness.Limit))).WaitAsync(Harness.Limit);
        Assert.Equal(0, await Measure(harness, client));
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
        Assert.Equal(0, await Measure(harness, probe.Transport));
    }

    private static async Task<long> Measure(Harness harness, Transport client)
    {
        var pinger = new Pinger(client);
        await harness.On(() =>
        {
            client.Handler = pinger;
            client.Write("ping"u8);
        });
        return await pinger.Done.WaitAsync(TimeSpan.FromSeconds(60));
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

    private sealed class Pinger(Transport transport) : ITransportHandler
    {
        private readonly TaskCompletionSource<long> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _before;
        private int _count;

        public Task<long> Done => _done.Task;

        public int OnData(ReadOnlySpan<byte> data)
        {
            _count++;
            if (_count == Warm) _before = GC.GetAllocatedBytesForCurrentThread();
            if (_count == Warm + RoundTrips)
            {
                _done.SetResult(GC.GetAllocatedBytesForCurrentThread() - _before);
                return data.Length;
            }

            transport.Write(data);
            return data.Length;
        }

        public void OnReadClosed()
        {
        }

        public void OnDrained()
        {
        }

        public void OnClosed(TransportFault fault) => _done.TrySetException(new IOException(fault.ToString()));
    }

    private sealed class TlsEcho : ITlsHandshakeHandler
    {
        public void OnHandshakeCompleted(TlsTransport transport) => transport.Handler = new Echo(transport);

        public void OnHandshakeFailed(TransportFault fault)
        {
        }
    }
}
