namespace Linkerd.Proxy.Stack;

/// <summary>Makes clients for endpoints, on one loop.</summary>
public interface IHttpClientFactory
{
    /// <summary>A client that connects by <see cref="Connect.IConnector"/> with the worker's newest TLS contexts. <paramref name="metrics"/> is told of its connections.</summary>
    HttpClient Create(HttpClientTarget target, IConnectionMetrics metrics);
}
