using Linkerd.Net;
using Linkerd.Proxy.Identity;

namespace Linkerd.Proxy.Detect;

/// <summary>Looks at the first bytes of connections without consuming them. Results arrive on the transport's loop; nothing is read between a result and the next handler.</summary>
public interface IProtocolDetector
{
    /// <summary>
    /// Peeks for a ClientHello. With the SNI of <paramref name="contexts"/> TLS is terminated (the handshake is complete in the
    /// result); with another it is passed through. Throws <see cref="DetectException"/> when the handshake fails, the client
    /// leaves, or <paramref name="timeout"/> passes.
    /// </summary>
    ValueTask<TlsDetection> DetectTlsAsync(Transport transport, TlsContexts contexts, TimeSpan timeout);

    /// <summary>Tells HTTP/1, HTTP/2 and other protocols apart.</summary>
    ValueTask<DetectedProtocol> DetectHttpAsync(Transport transport, TimeSpan timeout);

    /// <summary>
    /// Peeks for a ClientHello: its server name, empty when it has none. Throws <see cref="DetectException"/> when something else comes, the client leaves, or
    /// <paramref name="timeout"/> passes.
    /// </summary>
    ValueTask<string> DetectServerNameAsync(Transport transport, TimeSpan timeout);

    /// <summary>Consumes and decodes the transport header of a direct connection. Throws <see cref="DetectException"/> when there is none or it is malformed.</summary>
    ValueTask<TransportHeader> ReadTransportHeaderAsync(Transport transport, TimeSpan timeout);
}
