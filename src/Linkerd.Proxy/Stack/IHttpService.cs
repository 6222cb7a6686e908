namespace Linkerd.Proxy.Stack;

/// <summary>Decides about requests. Layers are composed once per target; a request only runs them.</summary>
public interface IHttpService
{
    /// <summary>
    /// Called on the loop with a request whose head has arrived. Sooner or later, on the loop, exactly one of
    /// <see cref="HttpExchange.Forward"/> and <see cref="HttpExchange.Respond"/> is called, unless the client leaves before.
    /// </summary>
    void Call(HttpExchange exchange);
}
