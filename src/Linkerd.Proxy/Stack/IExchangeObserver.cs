using Linkerd.Http;

namespace Linkerd.Proxy.Stack;

/// <summary>Follows an exchange or one attempt of it. Its facts are read from the exchange.</summary>
public interface IExchangeObserver
{
    /// <summary>The response head is about to be sent to the client (also one that the proxy made); it may be edited. At most once.</summary>
    void OnResponse(HttpExchange exchange, HeaderBlock response);

    /// <summary>It is over, in order or not: exactly once, last.</summary>
    void OnEnd(HttpExchange exchange);
}
