using System.Net.Sockets;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Net.Tests;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Http;
using Linkerd.Proxy.Stack;
using TcpListener = Linkerd.Net.TcpListener;

namespace Linkerd.Proxy.Tests.Http;

/// <summary>An application behind an inbound relay behind an outbound relay, in clear, all on one loop.</summary>
internal sealed class HttpMesh : IDisposable
{
    private readonly Harness _harness = new();
    private readonly HttpServerFactory _servers;

    public HttpMesh()
    {
        Worker = new Worker(0, _harness.Loop);
        _servers = new HttpServerFactory(Worker);
        Clients = new HttpClientFactory(Worker, new Connector(_harness.Loop));
    }

    /// <summary>For connections that a test wants kept.</summary>
    public static readonly TimeSpan Forever = TimeSpan.FromHours(1);

    public Worker Worker { get; }

    public HttpClientFactory Clients { get; }

    /// <summary>What a stack of this loop is built from.</summary>
    public WorkerServices Services => new(ProtocolDetector.Instance, new Connector(_harness.Loop), Linkerd.Proxy.Tcp.TcpRelay.Instance, _servers, Clients);

    /// <summary>Serves every connection with its own handler of requests.</summary>
    public SocketAddress App(HttpProtocol protocol, Func<IHttpStreamHandler> handler) => Listen(t => _ = new AppConnection(Worker, t, protocol, handler));

    /// <summary>A relay: requests go to <paramref name="target"/>.</summary>
    public SocketAddress Relay(Direction direction, HttpProtocol protocol, HttpClientTarget target, bool isMeshed = false, IExchangeObserver? observer = null)
    {
        HttpClient? client = null;
        return Listen(transport =>
        {
            client ??= Clients.Create(target, NoMetrics.Instance);
            HttpClient? upgrades = null;
            var peer = new HttpPeer(
                new Accepted(direction, transport.RemoteAddress, transport.LocalAddress, transport.LocalAddress),
                new ServerTls(isMeshed ? ServerTlsState.Established : default));
            var service = new ForwardingService(exchange =>
            {
                if (!target.UpgradesHttp1 || !exchange.Request.IsUpgrade) return client;
                return upgrades ??= Clients.Create(target with { Protocol = HttpProtocol.Http11, UpgradesHttp1 = false }, NoMetrics.Instance);
            }, observer);
            _servers.Serve(transport, new HttpServerOptions { Direction = direction, Protocol = protocol }, peer, service, static _ => { });
        });
    }

    public static HttpClientTarget Target(SocketAddress address, HttpProtocol protocol) => new()
    {
        Connect = new ConnectTarget { Address = address, Timeout = TimeSpan.FromSeconds(5) },
        Protocol = protocol,
        Backoff = new ExponentialBackoff(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(50), 0),
    };

    /// <summary>client → outbound (h1) → inbound (h2, as meshed proxies) → application (h1).</summary>
    public SocketAddress Chain(SocketAddress app)
    {
        SocketAddress inbound = Relay(Direction.Inbound, HttpProtocol.Http2, Target(app, HttpProtocol.Http11) with { RestoresOriginalProtocol = true }, isMeshed: true);
        return Relay(Direction.Outbound, HttpProtocol.Http11, Target(inbound, HttpProtocol.Http2) with { UpgradesHttp1 = true });
    }

    /// <summary>Sends text and reads until the peer ends or <paramref name="until"/> appears.</summary>
    public static async Task<string> Talk(SocketAddress address, string request, string? until = null)
    {
        using Socket socket = RelayTests.Dial(address);
        socket.Send(System.Text.Encoding.Latin1.GetBytes(request));
        return await Task.Run(() => ReadUntil(socket, until)).WaitAsync(Harness.Limit);
    }

    public static string ReadUntil(Socket socket, string? until)
    {
        var text = new System.Text.StringBuilder();
        var buffer = new byte[65536];
        while (until is null || !text.ToString().EndsWith(until, StringComparison.Ordinal))
        {
            int n = socket.Receive(buffer);
            if (n == 0) break;
            text.Append(System.Text.Encoding.Latin1.GetString(buffer, 0, n));
        }

        return text.ToString();
    }

    public void Dispose() => _harness.Dispose();

    /// <summary>Hands every connection to <paramref name="accepted"/>, on the loop.</summary>
    public SocketAddress Listen(Action<Transport> accepted)
    {
        TcpListener listener = _harness.Listen(accepted);
        return listener.LocalAddress;
    }

    internal sealed class NoMetrics : IConnectionMetrics, IConnectionTracker
    {
        public static NoMetrics Instance { get; } = new();

        public IConnectionTracker Opened(Transport transport) => this;

        public void Closed(TransportFault fault)
        {
        }
    }

    private sealed class ForwardingService(Func<HttpExchange, HttpClient> client, IExchangeObserver? observer) : IHttpService
    {
        public void Call(HttpExchange exchange)
        {
            exchange.Observer = observer;
            exchange.Forward(client(exchange), null);
        }
    }

    private sealed class AppConnection : SessionConnection, IHttpServer
    {
        private readonly Func<IHttpStreamHandler> _handler;

        public AppConnection(Worker worker, Transport transport, HttpProtocol protocol, Func<IHttpStreamHandler> handler)
            : base(transport)
        {
            _handler = handler;
            Run(HttpSessions.Server(protocol, worker.Http, Http1Limits.Default, Http2Limits.Default, this, this, this));
        }

        public IHttpStreamHandler OnStream(HttpStream stream) => _handler();
    }
}
