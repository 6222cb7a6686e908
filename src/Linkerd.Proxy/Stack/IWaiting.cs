namespace Linkerd.Proxy.Stack;

/// <summary>Lets requests wait.</summary>
public interface IWaiting
{
    /// <summary>The client has left: forget the exchange. Its observer hears of the end by itself.</summary>
    void OnAbandoned(HttpExchange exchange);
}
