using Linkerd.Net;
using Linkerd.Proxy.Identity;

namespace Linkerd.Proxy.Detect;

/// <inheritdoc/>
public sealed class ProtocolDetector : IProtocolDetector
{
    public static ProtocolDetector Instance { get; } = new();

    public ValueTask<TlsDetection> DetectTlsAsync(Transport transport, TlsContexts contexts, TimeSpan timeout) => new TlsPeek(transport, contexts, timeout).Start();

    public ValueTask<DetectedProtocol> DetectHttpAsync(Transport transport, TimeSpan timeout) => new HttpPeek(transport, timeout).Start();

    public ValueTask<string> DetectServerNameAsync(Transport transport, TimeSpan timeout) => new ServerNamePeek(transport, timeout).Start();

    public ValueTask<TransportHeader> ReadTransportHeaderAsync(Transport transport, TimeSpan timeout) => new TransportHeaderPeek(transport, timeout).Start();
}
