namespace Linkerd.Proxy.Stack;

/// <summary>Finds another endpoint for a request that the one it was meant for has not seen. Called on the loop.</summary>
public interface IUnsentHandler
{
    /// <summary>An endpoint is ready to take it.</summary>
    bool CanResend { get; }

    /// <summary>Forwards the request once more.</summary>
    void Resend(HttpExchange exchange);
}
