using System.Net.Sockets;
using Linkerd.Net;
using Linkerd.Testing;

namespace Linkerd.Net.Tests;

/// <summary>A relay of two clear sockets that starts by copying and goes on in the kernel.</summary>
public sealed class SpliceTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(1_000_000)]
    [InlineData(30_000_000)]
    public async Task Everything_arrives_in_order_with_half_close_both_ways(int size)
    {
        using var harness = new Harness();
        using Socket server = Harness.ForeignListener();
        SocketAddress target = SocketAddress.From((System.Net.IPEndPoint)server.LocalEndPoint!);
        var relays = new List<Pair>();
        Linkerd.Net.TcpListener listener = harness.Listen(t => TcpConnector.Connect(harness.Loop, target, Harness.Limit, new Joiner(t, relays)));
        using Socket client = Harness.Dial(listener);
        using Socket served = await server.AcceptAsync().WaitAsync(Harness.Limit);
        byte[] up = new byte[size], down = new byte[size / 2];
        new Random(size).NextBytes(up);
        new Random(size + 1).NextBytes(down);
        Task sendingUp = Task.Run(() =>
        {
            client.Send(up);
            client.Shutdown(SocketShutdown.Send);
        });
        Task<byte[]> readUp = Task.Run(() => TcpTests.ReadAll(served));
        Assert.Equal(up, await readUp.WaitAsync(Harness.Limit));
        Task sendingDown = Task.Run(() =>
        {
            served.Send(down);
            served.Shutdown(SocketShutdown.Send);
        });
        Assert.Equal(down, await Task.Run(() => TcpTests.ReadAll(client)).WaitAsync(Harness.Limit));
        await sendingUp;
        await sendingDown;
        await Eventually.TrueAsync(() => relays.All(r => r.Closed), "both ends closed");
        Assert.Equal(size, relays[0].Source.BytesRead);
        Assert.Equal(size, relays[0].Target.BytesWritten);
        if (size >= 1_000_000) Assert.True(relays[0].Spliced);
    }

    [Fact]
    public async Task A_slow_target_pushes_back_and_a_reset_ends_it()
    {
        using var harness = new Harness();
        using Socket server = Harness.ForeignListener();
        SocketAddress target = SocketAddress.From((System.Net.IPEndPoint)server.LocalEndPoint!);
        var relays = new List<Pair>();
        Linkerd.Net.TcpListener listener = harness.Listen(t => TcpConnector.Connect(harness.Loop, target, Harness.Limit, new Joiner(t, relays)));
        using Socket client = Harness.Dial(listener);
        using Socket served = await server.AcceptAsync().WaitAsync(Harness.Limit);
        client.SendTimeout = 200;
        long sent = 0;
        SocketException stalled = await Assert.ThrowsAsync<SocketException>(() => Task.Run(() =>
        {
            while (sent < 500_000_000) sent += client.Send(new byte[100_000]);
        }));
        Assert.Equal(SocketError.TimedOut, stalled.SocketErrorCode);
        served.LingerState = new LingerOption(true, 0);
        served.Close();
        await Eventually.TrueAsync(() => relays.All(r => r.Closed), "both ends closed");
        Assert.Equal(0, await harness.On(() => harness.Loop.Buffers.RentedBytes));
    }

    private sealed class Joiner(TcpTransport near, List<Pair> relays) : IConnectHandler
    {
        public void OnConnected(TcpTransport far)
        {
            var up = new Pair(near, far);
            var down = new Pair(far, near);
            relays.AddRange([up, down]);
            near.Handler = up;
            far.Handler = down;
        }

        public void OnConnectFailed(TransportFault fault) => near.Abort();
    }

    private sealed class Pair(TcpTransport source, TcpTransport target) : ITransportHandler
    {
        public TcpTransport Source => source;

        public TcpTransport Target => target;

        public bool Spliced { get; private set; }

        public bool Closed { get; private set; }

        public int OnData(ReadOnlySpan<byte> data)
        {
            target.Write(data);
            if (target.PendingOutput > 256 * 1024) source.PauseReading();
            else if (source.BytesRead > 300_000) Spliced |= SplicePump.TryStart(source, target);
            return data.Length;
        }

        public void OnReadClosed() => target.CloseWrite();

        public void OnDrained() => target.ResumeReading();

        public void OnClosed(TransportFault fault)
        {
            Closed = true;
            if (!fault.IsNone) target.Abort();
        }
    }
}
