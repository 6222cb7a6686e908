using System.Text;
using Linkerd.Net;
using Linkerd.Testing;

namespace Linkerd.Net.Tests;

/// <summary>Our TLS against our TLS: identities, ALPN, closing, and every typed refusal.</summary>
public sealed class TlsTests
{
    private const string Alpn = "transport.l5d.io/v1";

    [Fact]
    public async Task Both_ends_learn_identity_name_and_protocol()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        using TlsServerContext server = kit.ServerContext(null, Alpn);
        using TlsClientContext client = TlsClientContext.Create(kit.Material(kit.Client));
        TlsEnd serving = kit.Serve(harness, server);
        TlsEnd dialing = await TlsEnd.ConnectAsync(harness, serving.Listener.LocalAddress, client, new TlsClientOptions
        {
            ServerName = TlsKit.ServerIdentity,
            ExpectedIdentity = TlsKit.ServerIdentity,
            Alpn = [Alpn],
        });
        Probe near = await dialing.Completed, far = await serving.Completed;
        await harness.On(() =>
        {
            var tls = (TlsTransport)near.Transport;
            Assert.Equal(TlsKit.ServerIdentity, tls.PeerIdentity);
            Assert.Equal(Alpn, tls.Alpn);
            Assert.StartsWith("TLS_AES_", tls.CipherSuite, StringComparison.Ordinal);
            tls = (TlsTransport)far.Transport;
            Assert.Equal(TlsKit.ClientIdentity, tls.PeerIdentity);
            Assert.Equal(TlsKit.ServerIdentity, tls.ServerName);
            Assert.Equal(Alpn, tls.Alpn);
            near.Transport.Write("over TLS"u8);
        });
        await Eventually.TrueAsync(() => near.Text == "over TLS");
        await harness.On(near.Transport.CloseWrite);
        await near.ReadClosed;
        Assert.True((await near.Closed).IsNone);
        Assert.True((await far.Closed).IsNone);
        Assert.Equal(0, await harness.On(() => harness.Loop.Buffers.RentedBytes));
    }

    [Fact]
    public async Task A_client_without_certificate_is_served_and_anonymous()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        TlsEnd serving = kit.Serve(harness, kit.ServerContext());
        await Dial(harness, kit, serving, kit.Material(null), TlsKit.ServerIdentity);
        Probe far = await serving.Completed;
        Assert.Null(((TlsTransport)far.Transport).PeerIdentity);
        Assert.Null(((TlsTransport)far.Transport).Alpn);
    }

    [Fact]
    public async Task Uri_identities_match_exactly()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        const string spiffe = "spiffe://root.linkerd.cluster.local/ns/a/sa/b";
        TlsEnd serving = kit.Serve(harness, kit.ServerContext(kit.Authority.Issue(spiffe)));
        TlsEnd dialing = await Dial(harness, kit, serving, kit.Material(kit.Client), spiffe);
        Assert.Equal(spiffe, ((TlsTransport)(await dialing.Completed).Transport).PeerIdentity);
        dialing = await Dial(harness, kit, serving, kit.Material(kit.Client), spiffe + "c");
        Assert.Equal(TlsFailureKind.NameMismatch, (await dialing.Failed).Tls!.Kind);
    }

    [Fact]
    public async Task Wrong_name_is_a_name_mismatch_here_and_an_alert_there()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        TlsEnd serving = kit.Serve(harness, kit.ServerContext());
        TlsEnd dialing = await Dial(harness, kit, serving, kit.Material(kit.Client), "other.emojivoto.serviceaccount.identity.linkerd.cluster.local");
        Assert.Equal(TlsFailureKind.NameMismatch, (await dialing.Failed).Tls!.Kind);
        TlsFailure alert = (await serving.Failed).Tls!;
        Assert.Equal(TlsFailureKind.Alert, alert.Kind);
        Assert.Equal(42, alert.Alert); // bad_certificate
    }

    [Fact]
    public async Task Server_of_another_trust_domain_is_untrusted()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        using var other = new TestAuthority("other.anchor");
        TlsEnd serving = kit.Serve(harness, kit.ServerContext());
        TlsEnd dialing = await Dial(harness, kit, serving, kit.Material(kit.Client, other), TlsKit.ServerIdentity);
        Assert.Equal(TlsFailureKind.UntrustedCertificate, (await dialing.Failed).Tls!.Kind);
        Assert.Equal(48, (await serving.Failed).Tls!.Alert); // unknown_ca
    }

    [Fact]
    public async Task Client_of_another_trust_domain_is_untrusted()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        using var other = new TestAuthority("other.anchor");
        TlsEnd serving = kit.Serve(harness, kit.ServerContext());
        TlsEnd dialing = await Dial(harness, kit, serving, kit.Material(other.Issue(TlsKit.ClientIdentity)), TlsKit.ServerIdentity);
        Assert.Equal(TlsFailureKind.UntrustedCertificate, (await serving.Failed).Tls!.Kind);
        // In TLS 1.3 the client has finished before the server judged it: the refusal comes as an alert on the open connection.
        TransportFault fault = await (await dialing.Completed).Closed;
        Assert.Equal((TlsFailureKind.Alert, 48), (fault.Tls!.Kind, fault.Tls.Alert));
    }

    [Fact]
    public async Task Expired_and_not_yet_valid_leaves_are_told_apart()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        TestLeaf expired = kit.Authority.Issue(TlsKit.ServerIdentity, notBefore: now.AddHours(-2), notAfter: now.AddHours(-1));
        TestLeaf early = kit.Authority.Issue(TlsKit.ServerIdentity, notBefore: now.AddHours(1), notAfter: now.AddHours(2));
        TlsEnd dialing = await Dial(harness, kit, kit.Serve(harness, kit.ServerContext(expired)), kit.Material(kit.Client), TlsKit.ServerIdentity);
        Assert.Equal(TlsFailureKind.ExpiredCertificate, (await dialing.Failed).Tls!.Kind);
        dialing = await Dial(harness, kit, kit.Serve(harness, kit.ServerContext(early)), kit.Material(kit.Client), TlsKit.ServerIdentity);
        Assert.Equal(TlsFailureKind.NotYetValidCertificate, (await dialing.Failed).Tls!.Kind);
    }

    [Fact]
    public async Task Rsa_leaves_are_refused_at_both_ends()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        TestLeaf rsa = kit.Authority.Issue(TlsKit.ServerIdentity, rsa: true);
        TlsEnd serving = kit.Serve(harness, kit.ServerContext(rsa));
        TlsEnd dialing = await Dial(harness, kit, serving, kit.Material(kit.Client), TlsKit.ServerIdentity);
        Assert.Equal(TransportFaultKind.Tls, (await serving.Failed).Kind);
        Assert.Equal((TlsFailureKind.Alert, 40), ((await dialing.Failed).Tls!.Kind, (await dialing.Failed).Tls!.Alert)); // handshake_failure
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Chains_signed_with_rsa_and_anchors_that_are_intermediates_verify(bool rsa)
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        using var root = new TestAuthority("root", rsa);
        using var issuer = new TestAuthority("issuer", rsa, root);
        TestLeaf server = issuer.Issue(TlsKit.ServerIdentity), client = issuer.Issue(TlsKit.ClientIdentity);
        // The server trusts the root and is sent the issuer; the client trusts the issuer alone.
        var serverMaterial = new TlsMaterial { CertificateChain = [server.Der, issuer.Certificate.RawData], PrivateKey = server.Pkcs8, TrustAnchorsPem = root.Pem };
        var clientMaterial = new TlsMaterial { CertificateChain = [client.Der, issuer.Certificate.RawData], PrivateKey = client.Pkcs8, TrustAnchorsPem = issuer.Pem };
        TlsEnd serving = kit.Serve(harness, TlsServerContext.Create(serverMaterial));
        TlsEnd dialing = await Dial(harness, kit, serving, clientMaterial, TlsKit.ServerIdentity);
        Assert.Equal(TlsKit.ServerIdentity, ((TlsTransport)(await dialing.Completed).Transport).PeerIdentity);
        Assert.Equal(TlsKit.ClientIdentity, ((TlsTransport)(await serving.Completed).Transport).PeerIdentity);
    }

    [Fact]
    public async Task Not_tls_is_a_protocol_failure()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        TlsEnd serving = kit.Serve(harness, kit.ServerContext());
        using System.Net.Sockets.Socket socket = Harness.Dial(serving.Listener);
        socket.Send("GET / HTTP/1.1\r\n\r\n"u8);
        Assert.Equal(TlsFailureKind.Protocol, (await serving.Failed).Tls!.Kind);
    }

    [Fact]
    public async Task The_end_of_tcp_without_close_notify_is_truncation()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        TlsEnd serving = kit.Serve(harness, kit.ServerContext());
        TlsEnd dialing = await Dial(harness, kit, serving, kit.Material(kit.Client), TlsKit.ServerIdentity);
        Probe near = await dialing.Completed, far = await serving.Completed;
        await harness.On(() => ((TlsTransport)near.Transport).Inner.CloseWrite());
        Assert.Equal(TlsFailureKind.Truncated, (await far.Closed).Tls!.Kind);

        // Also where the peer's last message is incomplete.
        serving = kit.Serve(harness, kit.ServerContext());
        dialing = await Dial(harness, kit, serving, kit.Material(kit.Client), TlsKit.ServerIdentity);
        (near, far) = (await dialing.Completed, await serving.Completed);
        var half = new Probe(far.Transport) { OnBytes = static (_, data) => data.Length / 2 };
        await harness.On(() => far.Transport.Handler = half);
        await harness.On(() => near.Transport.Write("half a message"u8));
        await Eventually.TrueAsync(() => half.Received > 0);
        await harness.On(() => ((TlsTransport)near.Transport).Inner.CloseWrite());
        Assert.Equal(TlsFailureKind.Truncated, (await half.Closed).Tls!.Kind);

        // And during the handshake.
        serving = kit.Serve(harness, kit.ServerContext());
        using System.Net.Sockets.Socket socket = Harness.Dial(serving.Listener);
        socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal(TlsFailureKind.Truncated, (await serving.Failed).Tls!.Kind);
    }

    [Fact]
    public async Task Bulk_both_ways_with_back_pressure_and_half_close()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        TlsEnd serving = kit.Serve(harness, kit.ServerContext());
        TlsEnd dialing = await Dial(harness, kit, serving, kit.Material(kit.Client), TlsKit.ServerIdentity);
        Probe near = await dialing.Completed;
        byte[] data = new byte[10_000_000];
        new Random(7).NextBytes(data);
        await harness.On(() =>
        {
            near.Transport.Write(data);
            near.Transport.CloseWrite();
        });
        await near.ReadClosed;
        Assert.Equal(data, near.Data.SelectMany(d => d).ToArray());
        Assert.True((await near.Closed).IsNone);
        Assert.Equal(data.Length, near.Transport.BytesRead);
        Assert.Equal(data.Length, near.Transport.BytesWritten);
    }

    [Fact]
    public async Task Pausing_keeps_plaintext_and_ciphertext()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        TlsEnd serving = kit.Serve(harness, kit.ServerContext());
        TlsEnd dialing = await Dial(harness, kit, serving, kit.Material(kit.Client), TlsKit.ServerIdentity);
        Probe near = await dialing.Completed;
        Probe far = await serving.Completed;
        await harness.On(() =>
        {
            near.Transport.PauseReading();
            near.Transport.Write(new byte[3_000_000]);
            near.Transport.CloseWrite();
        });
        await Eventually.TrueAsync(() => far.Received > 100_000);
        for (int i = 0; i < 5; i++) await harness.On(() => { });
        Assert.Equal(0, near.Received);
        await harness.On(near.Transport.ResumeReading);
        await near.ReadClosed;
        Assert.Equal(3_000_000, near.Received);
    }

    [Fact]
    public async Task Between_two_handlers_nothing_is_lost_and_memory_is_bounded()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        TlsEnd serving = kit.Serve(harness, kit.ServerContext(), echo: false);
        TlsEnd dialing = await Dial(harness, kit, serving, kit.Material(kit.Client), TlsKit.ServerIdentity);
        Probe near = await dialing.Completed, far = await serving.Completed;
        Probe? next = null;
        await harness.On(() => far.Transport.Handler = new Probe(far.Transport)
        {
            OnBytes = (transport, _) =>
            {
                transport.Handler = null;
                return 0;
            },
        });
        await harness.On(() =>
        {
            near.Transport.Write(new byte[20_000_000]);
            near.Transport.CloseWrite();
        });
        await Eventually.TrueAsync(() => far.Transport.Handler is null);
        for (int i = 0; i < 20; i++) await harness.On(() => { });
        Assert.False(far.Transport.IsClosed);
        await harness.On(() => far.Transport.Handler = next = new Probe(far.Transport));
        await next!.ReadClosed;
        Assert.Equal(20_000_000, next.Received);
    }

    [Fact]
    public async Task Pausing_and_resuming_within_one_call_does_not_stall()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        TlsEnd serving = kit.Serve(harness, kit.ServerContext(), echo: false);
        TlsEnd dialing = await Dial(harness, kit, serving, kit.Material(kit.Client), TlsKit.ServerIdentity);
        Probe near = await dialing.Completed, far = await serving.Completed;
        var flapping = new Probe(far.Transport)
        {
            OnBytes = (transport, data) =>
            {
                transport.PauseReading();
                transport.ResumeReading();
                return data.Length - Math.Min(data.Length / 2, 100);
            },
        };
        await harness.On(() =>
        {
            far.Transport.Handler = flapping;
            near.Transport.Write(new byte[2_000_000]);
            near.Transport.CloseWrite();
        });
        await flapping.ReadClosed;
        Assert.Equal(2_000_000, flapping.Received);
    }

    [Fact]
    public async Task Old_connections_survive_the_replacement_of_their_context()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        TlsServerContext server = kit.ServerContext();
        TlsEnd serving = kit.Serve(harness, server);
        TlsClientContext client = TlsClientContext.Create(kit.Material(kit.Client));
        TlsEnd dialing = await TlsEnd.ConnectAsync(harness, serving.Listener.LocalAddress, client, new TlsClientOptions { ExpectedIdentity = TlsKit.ServerIdentity });
        Probe near = await dialing.Completed;
        await serving.Completed;
        server.Dispose();
        client.Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        await harness.On(() => near.Transport.Write("still here"u8));
        await Eventually.TrueAsync(() => near.Text == "still here");
    }

    [Fact]
    public async Task A_peeked_hello_is_used_by_tls()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        using TlsServerContext server = kit.ServerContext();
        var end = new TlsEnd(echo: true);
        ClientHello hello = default;
        TcpListener listener = harness.Listen(t => t.Handler = new Probe(t)
        {
            OnBytes = (transport, data) =>
            {
                hello = ClientHelloParser.Parse(data);
                if (hello.Kind == ClientHelloKind.Complete) TlsTransport.Server(transport, server, end);
                return 0;
            },
        });
        end.Listener = listener;
        TlsEnd dialing = await Dial(harness, kit, end, kit.Material(kit.Client), TlsKit.ServerIdentity);
        Probe near = await dialing.Completed;
        Assert.Equal(TlsKit.ServerIdentity, hello.ServerName);
        await harness.On(() => near.Transport.Write("peeked"u8));
        await Eventually.TrueAsync(() => near.Text == "peeked");
    }

    [Fact]
    public void Bad_material_says_what_is_wrong()
    {
        using var kit = new TlsKit();
        TlsMaterial good = kit.Material(kit.Server);
        Assert.Contains("private key", Assert.Throws<TlsException>(() => TlsServerContext.Create(good with { PrivateKey = kit.Client.Pkcs8 })).Message, StringComparison.Ordinal);
        Assert.Contains("private key", Assert.Throws<TlsException>(() => TlsServerContext.Create(good with { PrivateKey = new byte[] { 1, 2 } })).Message, StringComparison.Ordinal);
        Assert.Contains("certificate chain", Assert.Throws<TlsException>(() => TlsServerContext.Create(good with { CertificateChain = ["garbage"u8.ToArray()] })).Message, StringComparison.Ordinal);
        Assert.Contains("trust anchors", Assert.Throws<TlsException>(() => TlsServerContext.Create(good with { TrustAnchorsPem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" })).Message, StringComparison.Ordinal);
        TlsServerContext.Create(good with { CertificateChain = [kit.Server.CertificatePem], PrivateKey = kit.Server.KeyPem }).Dispose();
    }

    private static async Task<TlsEnd> Dial(Harness harness, TlsKit kit, TlsEnd serving, TlsMaterial material, string identity)
    {
        using TlsClientContext client = TlsClientContext.Create(material);
        return await TlsEnd.ConnectAsync(harness, serving.Listener.LocalAddress, client, new TlsClientOptions { ServerName = TlsKit.ServerIdentity, ExpectedIdentity = identity });
    }
}
