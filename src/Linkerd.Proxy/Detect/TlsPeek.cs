using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Identity;

namespace Linkerd.Proxy.Detect;

/// <summary>Waits for a ClientHello, and terminates TLS when it is for us.</summary>
internal sealed class TlsPeek(Transport transport, TlsContexts contexts, TimeSpan timeout) : Peek<TlsDetection>(transport, timeout), ITlsHandshakeHandler
{
    private Transport? _tls;

    public override int OnData(ReadOnlySpan<byte> data)
    {
        ClientHello hello = ClientHelloParser.Parse(data);
        switch (hello.Kind)
        {
            case ClientHelloKind.NeedMore:
                break;
            case ClientHelloKind.Complete when string.Equals(hello.ServerName, contexts.ServerName, StringComparison.OrdinalIgnoreCase):
                // The hello stays unconsumed, so the TLS transport gets it as its first input.
                _tls = TlsTransport.Server(Transport, contexts.Server, this);
                break;
            case ClientHelloKind.Complete:
                Complete(new TlsDetection(Transport, new ServerTls(ServerTlsState.Passthrough, ServerName: hello.ServerName)));
                break;
            default:
                Complete(new TlsDetection(Transport, new ServerTls(ServerTlsState.NoTlsFromRemote)));
                break;
        }

        return 0;
    }

    public override void OnReadClosed()
    {
        if (Transport.RetainedInput > 0) Complete(new TlsDetection(Transport, new ServerTls(ServerTlsState.NoTlsFromRemote)));
        else Fail(new DetectException(DetectReasons.Io, "the client closed before it sent anything"));
    }

    public void OnHandshakeCompleted(TlsTransport transport)
    {
        PeerIdentity? client = transport.PeerIdentity is { } name ? PeerIdentity.Parse(name) : null;
        Complete(new TlsDetection(transport, new ServerTls(ServerTlsState.Established, client, transport.ServerName, transport.Alpn)));
    }

    public void OnHandshakeFailed(TransportFault fault) => FailClosing(new DetectException(DetectReasons.Io, $"TLS handshake failed: {fault}"));

    protected override void OnTimeout()
    {
        if (_tls is not null) _tls.Abort(TransportFaultKind.Timeout);
        Fail(new DetectException(DetectReasons.TlsTimeout, "no complete TLS ClientHello or handshake in time"));
    }
}
