using System.Net.Sockets;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Net.Tests;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Identity;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Connect;

public sealed class ConnectorTests : IDisposable
{
    private readonly Harness _harness = new();
    private readonly TlsKit _kit = new();
    private readonly TlsContexts _contexts;

    public ConnectorTests() => _contexts = new TlsContexts(
        PeerIdentity.Dns(TlsKit.ClientIdentity), TlsKit.ClientIdentity, _kit.ServerContext(_kit.Client), TlsClientContext.Create(_kit.Material(_kit.Client)));

    [Fact]
    public async Task Clear()
    {
        using Linkerd.Net.TcpListener listener = _harness.Listen(t => t.Handler = new Probe(t, echo: true));
        Transport transport = await Connect(new ConnectTarget { Address = listener.LocalAddress, Timeout = Harness.Limit });
        Assert.IsType<TcpTransport>(transport);
        Assert.Null(transport.Handler);
    }

    [Fact]
    [Proves("6.3 ALPN")]
    public async Task Tls_with_transport_header()
    {
        TlsEnd serving = _kit.Serve(_harness, _kit.ServerContext(null, TransportHeader.Alpn), echo: false);
        var header = new TransportHeader(8080, null, SessionProtocol.Http2);
        await Connect(Tls(serving.Listener) with { Header = header });
        Probe far = await serving.Completed;
        byte[] expected = TransportHeaderCodec.Encode(header);
        await Eventually.TrueAsync(() => far.Received == expected.Length);
        Assert.Equal(expected, far.Data.SelectMany(d => d).ToArray());
        Assert.Equal(TlsKit.ClientIdentity, ((TlsTransport)far.Transport).PeerIdentity);
    }

    [Fact]
    [Proves("6.3 ALPN")]
    public async Task A_peer_that_does_not_know_transport_headers_is_refused()
    {
        TlsEnd serving = _kit.Serve(_harness, _kit.ServerContext());
        ConnectException error = await Assert.ThrowsAsync<ConnectException>(() => Connect(Tls(serving.Listener) with { Header = new TransportHeader(1, null, SessionProtocol.Opaque) }));
        Assert.Contains("did not agree", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_are_told_apart()
    {
        TlsEnd serving = _kit.Serve(_harness, _kit.ServerContext());
        ConnectException wrongName = await Assert.ThrowsAsync<ConnectException>(() => Connect(Tls(serving.Listener, "somebody.else")));
        Assert.Contains(nameof(TlsFailureKind.NameMismatch), wrongName.Message, StringComparison.Ordinal);

        using Linkerd.Net.TcpListener closed = Linkerd.Net.TcpListener.Bind(SocketAddress.LoopbackV4);
        closed.Dispose();
        ConnectException refused = await Assert.ThrowsAsync<ConnectException>(() => Connect(Tls(closed)));
        Assert.Equal((Errno.ECONNREFUSED, false), (refused.Errno, refused.IsTimeout));

        // Accepts TCP and never answers the ClientHello.
        using Linkerd.Net.TcpListener mute = _harness.Listen(t => t.Handler = new Probe(t));
        ConnectException slow = await Assert.ThrowsAsync<ConnectException>(() => Connect(Tls(mute) with { Timeout = TimeSpan.FromMilliseconds(40) }));
        Assert.True(slow.IsTimeout);

        ConnectException loop = await Assert.ThrowsAsync<ConnectException>(() => Connect(Tls(mute), isLoop: a => a == mute.LocalAddress));
        Assert.Equal(Errno.ECONNREFUSED, loop.Errno);
        await Assert.ThrowsAsync<ConnectException>(() => Connect(Tls(mute), contexts: false));
    }

    [Fact]
    public async Task Cancelling_gives_up_and_closes()
    {
        Probe? far = null;
        using Linkerd.Net.TcpListener mute = _harness.Listen(t => t.Handler = far = new Probe(t));
        using var cancel = new CancellationTokenSource();
        Task<Transport> connecting = Connect(Tls(mute), cancellation: cancel.Token);
        await Eventually.TrueAsync(() => far?.Received > 0);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        Assert.False((await far!.Closed).IsNone);
    }

    [Fact]
    [Proves("6.2 BACKOFF")]
    public async Task Backoff_grows_and_resets()
    {
        var waits = new List<double>();
        var done = new TaskCompletionSource();
        await _harness.On(() =>
        {
            long begun = _harness.Loop.Now;
            Backoff? backoff = null;
            backoff = new Backoff(_harness.Loop, new ExponentialBackoff(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(20), 0), _ =>
            {
                waits.Add((_harness.Loop.Now - begun) / 1e6);
                begun = _harness.Loop.Now;
                if (waits.Count == 4) backoff!.Reset();
                if (waits.Count == 5) done.SetResult();
                else backoff!.Start();
            }, null);
            backoff.Start();
            backoff.Start();
        });
        await done.Task.WaitAsync(Harness.Limit);
        Assert.All(waits.Zip([5.0, 10, 20, 20, 5]), w => Assert.True(w.First >= w.Second, $"{w.First} ms instead of {w.Second}"));
    }

    public void Dispose()
    {
        _harness.Dispose();
        _kit.Dispose();
    }

    private static ConnectTarget Tls(Linkerd.Net.TcpListener listener, string identity = TlsKit.ServerIdentity) => new()
    {
        Address = listener.LocalAddress,
        Tls = new TlsTarget(PeerIdentity.Dns(identity), TlsKit.ServerIdentity),
        Timeout = Harness.Limit,
    };

    private async Task<Transport> Connect(ConnectTarget target, Func<SocketAddress, bool>? isLoop = null, bool contexts = true, CancellationToken cancellation = default)
    {
        var connector = new Connector(_harness.Loop, isLoop);
        Task<Transport> connecting = await _harness.On(() => connector.ConnectAsync(target, contexts ? _contexts : null, cancellation).AsTask());
        return await connecting.WaitAsync(Harness.Limit, CancellationToken.None);
    }
}
