namespace Linkerd.Proxy.Outbound;

/// <summary>Policy has nowhere for a connection to go.</summary>
/// <param name="label">Value of the route families' <c>error</c> label.</param>
/// <param name="message">Why.</param>
internal sealed class TcpRefusedException(string label, string message) : IOException(message)
{
    public string Label => label;
}
