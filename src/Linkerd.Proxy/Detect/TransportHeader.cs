namespace Linkerd.Proxy.Detect;

/// <summary>What a peer proxy says about a connection to our own inbound port (reference of the wire: <c>transport.l5d.io/v1</c>).</summary>
/// <param name="Port">Port of the application, or of <paramref name="Name"/>.</param>
/// <param name="Name">Host name of the next hop; null for the local application.</param>
/// <param name="Protocol">What is spoken behind the header.</param>
public sealed record TransportHeader(int Port, string? Name, SessionProtocol Protocol)
{
    /// <summary>The ALPN protocol under which a header is sent.</summary>
    public const string Alpn = "transport.l5d.io/v1";
}
