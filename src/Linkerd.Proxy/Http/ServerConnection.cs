using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Http;

/// <summary>One accepted HTTP connection.</summary>
internal sealed class ServerConnection : SessionConnection, IHttpServer, IHttpConnection
{
    private readonly ExchangePool _pool;
    private readonly Action<TransportFault> _ended;
    private readonly KeepAlive? _keepAlive;

    public ServerConnection(Worker worker, Transport transport, HttpServerOptions options, HttpPeer peer, IHttpService service, ExchangePool pool, Action<TransportFault> ended)
        : base(transport)
    {
        Options = options;
        Peer = peer;
        Service = service;
        _pool = pool;
        _ended = ended;
        HttpSession session = HttpSessions.Server(options.Protocol, worker.Http, options.Http1, options.Http2, this, this, this);
        session.Counters = worker.HttpPeers.Of(options.Direction, clients: true);
        if (session is Http2Session http2 && options.KeepAliveInterval is { } interval)
            _keepAlive = new KeepAlive(http2, transport, interval, options.KeepAliveTimeout, whileIdle: false);
        Run(session);
    }

    public HttpServerOptions Options { get; }

    public HttpPeer Peer { get; }

    public IHttpService Service { get; }

    public IHttpStreamHandler OnStream(HttpStream stream)
    {
        RelayExchange exchange = _pool.Rent();
        exchange.Begin(stream, this);
        return exchange;
    }

    public void Drain() => Session.Drain();

    public void Abort() => Transport.Abort();

    protected override void OnClosed(TransportFault fault)
    {
        _keepAlive?.Stop();
        _ended(fault);
    }

    protected override void OnPong(ulong opaque) => _keepAlive?.OnPong(opaque);
}
