namespace Linkerd.Proxy.Stack;

/// <summary>Decides about the attempts of an exchange, whose facts it reads from the exchange. Called on the loop.</summary>
public interface IAttemptPolicy
{
    /// <summary>
    /// The answer is to wait for its first data or its trailers before it is judged: a gRPC server that fails at once may say so in trailers only after a
    /// head.
    /// </summary>
    bool AwaitsTrailers(HttpExchange exchange);

    /// <summary>
    /// The attempt has an answer that was not relayed yet, or failed without one. True drops it: the attempt is ended and the request restored, then
    /// <see cref="Retry"/> follows.
    /// </summary>
    bool ShouldRetry(HttpExchange exchange);

    /// <summary>Sends the request again, now or later; while it waits the exchange is <see cref="HttpExchange.Waiting"/>.</summary>
    void Retry(HttpExchange exchange);

    /// <summary>An attempt that was started is over, with whatever the exchange says. Once for each.</summary>
    void OnAttemptEnd(HttpExchange exchange);
}
