using System.Net.Sockets;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Net.Tests;
using Linkerd.Proxy.Http;
using Linkerd.Testing;
using TcpListener = Linkerd.Net.TcpListener;

namespace Linkerd.Proxy.Tests.Http;

/// <summary>Real sockets, real sessions: what goes in at the client comes out at the application, and back.</summary>
public sealed class RelayTests : IDisposable
{
    private readonly HttpMesh _mesh = new();

    [Fact]
    [Proves("6.6 upgrade", "6.6 restore")]
    public async Task HTTP1_travels_as_HTTP2_and_is_restored()
    {
        SocketAddress entry = _mesh.Chain(_mesh.App(HttpProtocol.Http11, () => new EchoHandler()));
        string answer = await HttpMesh.Talk(entry, "POST /p?q HTTP/1.1\r\nHost: web:80\r\nContent-Length: 5\r\nl5d-client-id: liar\r\nConnection: close\r\n\r\nhello");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer);
        Assert.Contains("x-seen: Http11 POST web:80/p?q orig=False\r\n", answer);
        Assert.DoesNotContain("l5d-orig-proto", answer);
        Assert.EndsWith("\r\n\r\nhello", answer);
    }

    [Theory]
    [InlineData("GET http://web/a HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n", "Http11 GET absolute web/a")]
    [InlineData("GET /b HTTP/1.0\r\nHost: web\r\n\r\n", "Http10 GET web/b")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n", "Http11 OPTIONS web*")]
    [Proves("6.6 restore")]
    public async Task The_form_and_the_version_of_the_request_survive(string request, string seen)
    {
        SocketAddress entry = _mesh.Chain(_mesh.App(HttpProtocol.Http11, () => new EchoHandler()));
        Assert.Contains($"x-seen: {seen} orig=False", await HttpMesh.Talk(entry, request));
    }

    [Fact]
    public async Task Trailers_and_chunks_survive()
    {
        SocketAddress entry = _mesh.Chain(_mesh.App(HttpProtocol.Http11, () => new EchoHandler()));
        string answer = await HttpMesh.Talk(entry, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nx-sum: 7\r\n\r\n");
        Assert.Contains("transfer-encoding: chunked", answer);
        Assert.EndsWith("0\r\nx-sum: 7\r\n\r\n", answer);
    }

    [Fact]
    [Proves("6.6 not upgraded")]
    public async Task An_upgrade_becomes_a_tunnel_past_the_mesh()
    {
        SocketAddress app = _mesh.App(HttpProtocol.Http11, () => new EchoHandler());
        SocketAddress inbound = _mesh.Relay(Direction.Inbound, HttpProtocol.Http11, HttpMesh.Target(app, HttpProtocol.Http11), isMeshed: true);
        SocketAddress entry = _mesh.Relay(Direction.Outbound, HttpProtocol.Http11, HttpMesh.Target(inbound, HttpProtocol.Http2) with { UpgradesHttp1 = true });
        using Socket socket = Dial(entry);
        socket.Send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nearly "u8);
        string head = await Task.Run(() => HttpMesh.ReadUntil(socket, "early ")).WaitAsync(Harness.Limit);
        Assert.StartsWith("HTTP/1.1 101 Switching Protocols\r\n", head);
        Assert.Contains("connection: upgrade\r\n", head);
        socket.Send("\0\r\nraw"u8);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("\0\r\nraw", await Task.Run(() => HttpMesh.ReadUntil(socket, null)).WaitAsync(Harness.Limit));
    }

    [Fact]
    public async Task A_large_body_comes_back_through_small_windows()
    {
        SocketAddress entry = _mesh.Chain(_mesh.App(HttpProtocol.Http11, () => new EchoHandler()));
        var body = new byte[3_000_000];
        new Random(3).NextBytes(body);
        using Socket socket = Dial(entry);
        Task sending = Task.Run(() =>
        {
            socket.Send(System.Text.Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
            for (int sent = 0; sent < body.Length;) sent += socket.Send(body.AsSpan(sent));
        });
        using var all = new MemoryStream();
        await Task.Run(() =>
        {
            var buffer = new byte[65536];
            for (int n; (n = socket.Receive(buffer)) > 0;) all.Write(buffer, 0, n);
        }).WaitAsync(Harness.Limit);
        await sending;
        Assert.Equal(body, all.ToArray()[^body.Length..]);
    }

    [Theory]
    [InlineData("", "HTTP/1.1 502 Bad Gateway\r\n", "connection: close\r\n")]
    [InlineData("Content-Type: application/grpc+proto\r\n", "HTTP/1.1 200 OK\r\n", "grpc-status: 14\r\n")]
    [Proves("6.8 dispatch", "6.7 l5d-proxy-error", "6.8 connection close")]
    public async Task A_server_that_is_not_there_is_answered_for(string field, string status, string expected)
    {
        SocketAddress gone;
        using (TcpListener listener = TcpListener.Bind(SocketAddress.LoopbackV4)) gone = listener.LocalAddress;
        SocketAddress entry = _mesh.Relay(Direction.Outbound, HttpProtocol.Http11, HttpMesh.Target(gone, HttpProtocol.Http11));
        string answer = await HttpMesh.Talk(entry, $"GET / HTTP/1.1\r\nHost: a\r\n{field}\r\n");
        Assert.StartsWith(status, answer);
        Assert.Contains(expected, answer);
        Assert.Contains("l5d-proxy-error: connect", answer);
        Assert.Contains("content-length: 0\r\n", answer);
    }

    [Fact]
    public async Task A_tunnel_by_CONNECT_goes_through_the_mesh()
    {
        SocketAddress entry = _mesh.Chain(_mesh.App(HttpProtocol.Http11, () => new EchoHandler()));
        using Socket socket = Dial(entry);
        socket.Send("CONNECT db:5432 HTTP/1.1\r\nHost: other\r\n\r\n"u8);
        string head = await Task.Run(() => HttpMesh.ReadUntil(socket, "\r\n\r\n")).WaitAsync(Harness.Limit);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head);
        Assert.Contains("x-seen: Http11 CONNECT db:5432 orig=False\r\n", head);
        Assert.DoesNotContain("transfer-encoding", head);
        Assert.DoesNotContain("content-length", head);
        socket.Send("\0\r\nraw"u8);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("\0\r\nraw", await Task.Run(() => HttpMesh.ReadUntil(socket, null)).WaitAsync(Harness.Limit));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_without_an_identity_does_not_hear_why_the_application_is_not_there(bool isTls)
    {
        SocketAddress gone;
        using (TcpListener listener = TcpListener.Bind(SocketAddress.LoopbackV4)) gone = listener.LocalAddress;
        SocketAddress entry = _mesh.Relay(Direction.Inbound, HttpProtocol.Http11, HttpMesh.Target(gone, HttpProtocol.Http11), isMeshed: isTls);
        string answer = await HttpMesh.Talk(entry, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", answer);
        Assert.DoesNotContain("l5d-", answer);
    }

    [Theory]
    [InlineData("web.ns.serviceaccount.identity.linkerd.cluster.local", true)]
    [InlineData("spiffe://root/ns/a/sa/b", true)]
    [InlineData("web\r\nx-admin: 1", false)]
    [InlineData("web ns", false)]
    [InlineData("w\u00e9b", false)]
    public void An_identity_that_no_field_can_hold_is_not_told_to_the_application(string name, bool isTold)
        => Assert.Equal(isTold ? System.Text.Encoding.ASCII.GetBytes(name) : null, HeaderHygiene.ClientId(PeerIdentity.Parse(name)));

    [Fact]
    public async Task A_client_that_leaves_cancels_at_the_application()
    {
        var seen = new Holding();
        SocketAddress entry = _mesh.Chain(_mesh.App(HttpProtocol.Http11, () => seen));
        Socket socket = Dial(entry);
        socket.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"u8);
        await Eventually.TrueAsync(() => seen.Received == 3);
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        await Eventually.TrueAsync(() => seen.IsReset, "the reset at the application");
    }

    public void Dispose() => _mesh.Dispose();

    internal static Socket Dial(SocketAddress address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = (int)Harness.Limit.TotalMilliseconds,
            SendTimeout = (int)Harness.Limit.TotalMilliseconds,
            NoDelay = true,
        };
        socket.Connect(address.ToIPEndPoint());
        return socket;
    }

    private sealed class Holding : IHttpStreamHandler
    {
        public int Received { get; private set; }

        public bool IsReset { get; private set; }

        public void OnInformational(HttpStream stream, HeaderBlock head)
        {
        }

        public void OnHead(HttpStream stream, HeaderBlock head, bool end)
        {
        }

        public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end) => Received += data.Length;

        public void OnTrailers(HttpStream stream, HeaderBlock trailers)
        {
        }

        public void OnSent(HttpStream stream, int count)
        {
        }

        public void OnReset(HttpStream stream, in HttpFault fault) => IsReset = true;

        public void OnClosed(HttpStream stream)
        {
        }
    }
}
