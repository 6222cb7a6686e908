using Linkerd.Net;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Http;

/// <summary>Serves HTTP on the transports of one worker, with a pool of exchanges.</summary>
public sealed class HttpServerFactory(Worker worker) : IHttpServerFactory
{
    private readonly ExchangePool _pool = new(worker);

    public IHttpConnection Serve(Transport transport, HttpServerOptions options, HttpPeer peer, IHttpService service, Action<TransportFault> ended)
        => new ServerConnection(worker, transport, options, peer, service, _pool, ended);
}
