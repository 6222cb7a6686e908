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

    public IHttpStreamHandler OnStream(HttpStream stream) => new TapCall(_worker, _hub, _isPermitted, stream);

    protected override void OnClosed(TransportFault fault) => _ended(fault);
}
