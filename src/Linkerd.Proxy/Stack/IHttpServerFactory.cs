using Linkerd.Http;
using Linkerd.Net;

namespace Linkerd.Proxy.Stack;

/// <summary>Serves HTTP on transports of one loop.</summary>
public interface IHttpServerFactory
{
    /// <summary>
    /// Takes the transport over and calls <paramref name="service"/> for every request. <paramref name="ended"/> is called once when the connection
    /// is gone. Ends in order when told to drain, by the result's <see cref="IHttpConnection.Drain"/>.
    /// </summary>
    IHttpConnection Serve(Transport transport, HttpServerOptions options, HttpPeer peer, IHttpService service, Action<TransportFault> ended);
}
