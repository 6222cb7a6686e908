namespace Linkerd.Proxy.Stack;

/// <summary>Limits in time of an exchange; zero means none.</summary>
/// <param name="Request">From the arrival of the head to the end of the response, retries included.</param>
/// <param name="Response">From the end of the request to the end of the response.</param>
/// <param name="Idle">Without data either way.</param>
/// <param name="RequestError">What a request timeout is told as.</param>
public readonly record struct ExchangeTimeouts(TimeSpan Request, TimeSpan Response, TimeSpan Idle, Errors.ProxyErrorKind RequestError = Errors.ProxyErrorKind.RequestTimeout)
{
    public bool IsNone => Request == default && Response == default && Idle == default;
}
