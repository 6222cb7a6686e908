using Linkerd.Net;
using Linkerd.Testing;

namespace Linkerd.Net.Tests;

/// <summary>Certificates and TLS ends for tests.</summary>
internal sealed class TlsKit : IDisposable
{
    public const string ServerIdentity = "web.emojivoto.serviceaccount.identity.linkerd.cluster.local";
    public const string ClientIdentity = "client.emojivoto.serviceaccount.identity.linkerd.cluster.local";

    public TlsKit()
    {
        Server = Authority.Issue(ServerIdentity);
        Client = Authority.Issue(ClientIdentity);
    }

    public TestAuthority Authority { get; } = new();

    public TestLeaf Server { get; }

    public TestLeaf Client { get; }

    public TlsMaterial Material(TestLeaf? leaf, TestAuthority? anchors = null) => new()
    {
        CertificateChain = leaf is null ? [] : [leaf.Der],
        PrivateKey = leaf?.Pkcs8 ?? default(ReadOnlyMemory<byte>),
        TrustAnchorsPem = (anchors ?? Authority).Pem,
    };

    public TlsServerContext ServerContext(TestLeaf? leaf = null, params string[] alpn) => TlsServerContext.Create(Material(leaf ?? Server), alpn);

    /// <summary>A TLS echo server; the probe is handed out when the handshake ended well.</summary>
    public TlsEnd Serve(Harness harness, TlsServerContext context, bool echo = true)
    {
        var end = new TlsEnd(echo);
        end.Listener = harness.Listen(t => TlsTransport.Server(t, context, end));
        return end;
    }

    public void Dispose() => Authority.Dispose();
}

/// <summary>One end of a handshake: the transport or the fault.</summary>
internal sealed class TlsEnd(bool echo) : ITlsHandshakeHandler
{
    private readonly TaskCompletionSource<Probe> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TransportFault> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TcpListener Listener { get; set; } = null!;

    public Task<Probe> Completed => _completed.Task.WaitAsync(Harness.Limit);

    public Task<TransportFault> Failed => _failed.Task.WaitAsync(Harness.Limit);

    /// <summary>Number of handshakes that ended well.</summary>
    public int Count { get; private set; }

    public static async Task<TlsEnd> ConnectAsync(Harness harness, SocketAddress address, TlsClientContext context, TlsClientOptions options, bool echo = false)
    {
        var end = new TlsEnd(echo);
        TcpTransport tcp = await (await harness.On(() => TcpConnector.ConnectAsync(harness.Loop, address, Harness.Limit))).WaitAsync(Harness.Limit);
        await harness.On(() => TlsTransport.Client(tcp, context, options, end));
        return end;
    }

    public void OnHandshakeCompleted(TlsTransport transport)
    {
        var probe = new Probe(transport, echo) { Keep = true };
        transport.Handler = probe;
        Count++;
        _completed.TrySetResult(probe);
    }

    public void OnHandshakeFailed(TransportFault fault) => _failed.TrySetResult(fault);
}
