using Linkerd.Net;

namespace Linkerd.Proxy.Detect;

/// <summary>Waits for enough bytes to tell HTTP.</summary>
internal sealed class HttpPeek(Transport transport, TimeSpan timeout) : Peek<DetectedProtocol>(transport, timeout)
{
    public override int OnData(ReadOnlySpan<byte> data)
    {
        if (HttpDetection.Detect(data) is { } protocol) Complete(protocol);
        return 0;
    }

    public override void OnReadClosed() => Complete(DetectedProtocol.Closed);

    public override void OnClosed(TransportFault fault) => Complete(DetectedProtocol.Closed);

    protected override void OnTimeout() => Complete(DetectedProtocol.TimedOut);
}
