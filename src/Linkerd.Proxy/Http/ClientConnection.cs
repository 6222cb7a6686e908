using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Http;

/// <summary>One opened HTTP connection.</summary>
internal sealed class ClientConnection : SessionConnection
{
    private readonly IConnectionTracker _tracker;
    private readonly Action<ClientConnection> _changed;
    private readonly KeepAlive? _keepAlive;
    private readonly long _openedAt;

    /// <param name="worker">The loop's worker.</param>
    /// <param name="transport">Connected.</param>
    /// <param name="target">The endpoint.</param>
    /// <param name="metrics">Told of the connection.</param>
    /// <param name="changed">Called when streams can or cannot be opened, the last one ended, or the connection is gone.</param>
    /// <param name="keepAlive">How often an HTTP/2 peer is pinged; null: never.</param>
    public ClientConnection(Worker worker, Transport transport, HttpClientTarget target, IConnectionMetrics metrics, Action<ClientConnection> changed, TimeSpan? keepAlive = null)
        : base(transport)
    {
        _changed = changed;
        _tracker = metrics.Opened(transport);
        _openedAt = transport.Loop.Now;
        HttpSession session = HttpSessions.Client(target.Protocol, worker.Http, target.Http1, target.Http2, this, this);
        if (target.Direction is { } direction) session.Counters = worker.HttpPeers.Of(direction, clients: false);
        if (session is Http2Session http2 && keepAlive is { } interval)
            _keepAlive = new KeepAlive(http2, transport, interval, target.KeepAliveTimeout, target.KeepAliveWhileIdle);
        Run(session);
    }

    public bool CanOpen => !IsClosed && Session.CanOpen;

    /// <summary>No new streams: the peer or we end it.</summary>
    public bool IsGoingAway => IsClosed || Session.IsDraining || Session.IsFinished;

    /// <summary>The peer ended it because it was asked too much of (ENHANCE_YOUR_CALM; gRPC servers say so of pings).</summary>
    public bool WasTooMuch => Session is Http2Session { PeerGoAway: HttpErrorCode.EnhanceYourCalm };

    /// <summary>It waits in its pool.</summary>
    public bool IsIdle { get; set; }

    /// <summary>It worked: an HTTP/2 peer answered, and that was not a moment ago. What ends such a connection is no reason to wait before the next.</summary>
    public bool IsProven => Session is Http2Session { IsEstablished: true } && Transport.Loop.Now - _openedAt > 100_000_000;

    /// <summary>When it became idle, in the loop's milliseconds.</summary>
    public long IdleSince { get; set; }

    protected override void OnClosed(TransportFault fault)
    {
        _keepAlive?.Stop();
        _tracker.Closed(fault);
        _changed(this);
    }

    protected override void OnFinished(in HttpFault fault) => _changed(this);

    protected override void OnStateChanged() => _changed(this);

    protected override void OnPong(ulong opaque) => _keepAlive?.OnPong(opaque);
}
