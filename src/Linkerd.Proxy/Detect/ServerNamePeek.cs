using Linkerd.Net;

namespace Linkerd.Proxy.Detect;

/// <summary>Waits for a ClientHello and tells whom it is for, without consuming it.</summary>
internal sealed class ServerNamePeek(Transport transport, TimeSpan timeout) : Peek<string>(transport, timeout)
{
    public override int OnData(ReadOnlySpan<byte> data)
    {
        ClientHello hello = ClientHelloParser.Parse(data);
        switch (hello.Kind)
        {
            case ClientHelloKind.NeedMore:
                break;
            case ClientHelloKind.Complete:
                Complete(hello.ServerName ?? string.Empty);
                break;
            default:
                Fail(new DetectException(DetectReasons.Io, "policy says TLS, and what came is no ClientHello"));
                break;
        }

        return 0;
    }

    public override void OnReadClosed() => Fail(new DetectException(DetectReasons.Io, "the client closed before its ClientHello was complete"));

    protected override void OnTimeout() => Fail(new DetectException(DetectReasons.TlsTimeout, "no complete TLS ClientHello in time"));
}
