using Linkerd.Http;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Http;

/// <summary>Makes clients on one worker.</summary>
public sealed class HttpClientFactory(Worker worker, IConnector connector) : IHttpClientFactory
{
    public HttpClient Create(HttpClientTarget target, IConnectionMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(target);
        return target.Protocol == HttpProtocol.Http2
            ? new Http2Client(worker, connector, target, metrics)
            : new Http1Client(worker, connector, target, metrics);
    }
}
