using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Http;

/// <summary>A client that knows its endpoint.</summary>
internal abstract class EndpointClient(HttpClientTarget target) : HttpClient
{
    public HttpClientTarget Target { get; } = target;
}
