using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Http;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Tap;

/// <summary>One connection to the tap server.</summary>
internal sealed class TapConnection : SessionConnection, IHttpServer
{
    private readonly Worker _worker;
    private readonly TapHub _hub;
    private readonly bool _isPermitted;
    private readonly Action<TransportFault> _ended;

    public TapConnection(Worker worker, Transport transport, TapHub hub, bool isPermitted, Action<TransportFault> ended)
        : base(transport)
    {
        _worker = worker;
        _hub = hub;
        _isPermitted = isPermitted;
        _ended = ended;
        Run(HttpSessions.Server(HttpProtocol.Http2, worker.Http, Http1Limits.Default, Http2Limits.Default, this, this, this));
    }

    /// <summary>Where events of its calls become bytes.</summary>
    public TapStage Stage => field ??= new TapStage(this);

    public IHttpStreamHandler OnStream(HttpStream stream) => new TapCall(_worker, _hub, _isPermitted, stream, this);

    /// <summary>Encrypts and sends what is pending now, so that what is written next finds the same buffers in the cache.</summary>
    public void Flush()
    {
        Transport.Flush();
        if (Transport is TlsTransport tls) tls.Inner.Flush();
    }

    protected override void OnClosed(TransportFault fault) => _ended(fault);
}
