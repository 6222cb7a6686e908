using System.Net.Sockets;
using Linkerd.Net;
using Linkerd.Net.Tests;
using Linkerd.Proxy.Tcp;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Tcp;

/// <summary>client socket → relay (clear or TLS towards an echo server) → back.</summary>
public sealed class TcpRelayTests : IDisposable
{
    private readonly Harness _harness = new();
    private readonly TlsKit _kit = new();
    private readonly TaskCompletionSource<TransportFault> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IDisposable? _relay;

    [Theory]
    [InlineData(false, 10)]
    [InlineData(false, 20_000_000)]
    [InlineData(true, 10)]
    [InlineData(true, 5_000_000)]
    public async Task Everything_comes_back_and_half_close_travels(bool tls, int size)
    {
        using Socket client = Harness.Dial(tls ? RelayToTls() : RelayToClear(t => t.Handler = new Probe(t, echo: true)));
        byte[] data = new byte[size];
        new Random(size).NextBytes(data);
        Task sending = Task.Run(() =>
        {
            client.Send(data);
            client.Shutdown(SocketShutdown.Send);
        });
        using var all = new MemoryStream();
        byte[] buffer = new byte[65536];
        await Task.Run(() =>
        {
            for (int n; (n = client.Receive(buffer)) > 0;) all.Write(buffer, 0, n);
        }).WaitAsync(Harness.Limit);
        await sending;
        Assert.Equal(data, all.ToArray());
        Assert.True((await _ended.Task.WaitAsync(Harness.Limit)).IsNone);
        Assert.Equal(0, await _harness.On(() => _harness.Loop.Buffers.RentedBytes));
    }

    [Fact]
    public async Task A_reset_of_the_server_resets_the_client()
    {
        using Socket client = Harness.Dial(RelayToClear(t => t.Handler = new Probe(t) { OnBytes = (far, data) => { far.Abort(); return data.Length; } }));
        client.Send("x"u8);
        Assert.Equal(SocketError.ConnectionReset, Assert.Throws<SocketException>(() => client.Receive(new byte[1])).SocketErrorCode);
        Assert.Equal(Errno.ECONNRESET, (await _ended.Task.WaitAsync(Harness.Limit)).Errno);
    }

    [Fact]
    public async Task A_reset_of_the_client_resets_the_server()
    {
        Probe? far = null;
        Socket client = Harness.Dial(RelayToClear(t => t.Handler = far = new Probe(t)));
        client.Send("x"u8);
        await Eventually.TrueAsync(() => far?.Received == 1);
        client.LingerState = new LingerOption(true, 0);
        client.Close();
        Assert.Equal(Errno.ECONNRESET, (await far!.Closed).Errno);
        Assert.Equal(Errno.ECONNRESET, (await _ended.Task.WaitAsync(Harness.Limit)).Errno);
    }

    [Fact]
    public async Task Disposing_ends_both()
    {
        Probe? far = null;
        using Socket client = Harness.Dial(RelayToClear(t => t.Handler = far = new Probe(t)));
        client.Send("x"u8);
        await Eventually.TrueAsync(() => far?.Received == 1);
        await _harness.On(_relay!.Dispose);
        Assert.Equal(TransportFaultKind.Aborted, (await _ended.Task.WaitAsync(Harness.Limit)).Kind);
        Assert.False((await far!.Closed).IsNone);
    }

    [Fact]
    public async Task A_stalled_server_stalls_the_client_in_bounded_memory()
    {
        Probe? far = null;
        using Socket client = Harness.Dial(RelayToClear(t =>
        {
            t.Handler = far = new Probe(t);
            t.PauseReading();
        }));
        client.SendTimeout = 300;
        long sent = 0;
        await Assert.ThrowsAsync<SocketException>(() => Task.Run(() =>
        {
            while (sent < 1_000_000_000) sent += client.Send(new byte[100_000]);
        }));
        Assert.InRange(await _harness.On(() => _harness.Loop.Buffers.RentedBytes), 0, 2 * 1024 * 1024);
        await _harness.On(() => far!.Transport.ResumeReading());
        client.Shutdown(SocketShutdown.Send);
        await far!.ReadClosed;
        Assert.True(far.Received >= sent, $"{far.Received} of {sent}");
    }

    [Fact]
    public async Task Relayed_round_trips_allocate_nothing()
    {
        Linkerd.Net.TcpListener entry = RelayToClear(t => t.Handler = new Probe(t, echo: true));
        TcpTransport client = await (await _harness.On(() => TcpConnector.ConnectAsync(_harness.Loop, entry.LocalAddress, Harness.Limit))).WaitAsync(Harness.Limit);
        Assert.Equal(0, await Pinger.MeasureAsync(_harness, client));
    }

    public void Dispose()
    {
        _harness.Dispose();
        _kit.Dispose();
    }

    private Linkerd.Net.TcpListener RelayToClear(Action<TcpTransport> server)
    {
        Linkerd.Net.TcpListener target = _harness.Listen(server);
        return _harness.Listen(async near =>
        {
            TcpTransport far = await TcpConnector.ConnectAsync(_harness.Loop, target.LocalAddress, Harness.Limit);
            _relay = TcpRelay.Instance.Start(near, far, _ended.SetResult);
        });
    }

    private Linkerd.Net.TcpListener RelayToTls()
    {
        TlsEnd serving = _kit.Serve(_harness, _kit.ServerContext());
        TlsClientContext context = TlsClientContext.Create(_kit.Material(_kit.Client));
        return _harness.Listen(async near =>
        {
            TcpTransport tcp = await TcpConnector.ConnectAsync(_harness.Loop, serving.Listener.LocalAddress, Harness.Limit);
            TlsTransport.Client(tcp, context, new TlsClientOptions { ServerName = TlsKit.ServerIdentity }, new Joiner(near, this));
        });
    }

    private sealed class Joiner(TcpTransport near, TcpRelayTests owner) : ITlsHandshakeHandler
    {
        public void OnHandshakeCompleted(TlsTransport transport) => owner._relay = TcpRelay.Instance.Start(near, transport, owner._ended.SetResult);

        public void OnHandshakeFailed(TransportFault fault) => near.Abort();
    }
}
