using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Net;
using Linkerd.Testing;

namespace Linkerd.Net.Tests;

/// <summary>Our TLS against openssl, gnutls-cli and SslStream.</summary>
public sealed class ForeignTlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linkerd-net-tls").FullName;
    private readonly Harness _harness = new();
    private readonly TlsKit _kit = new();

    [Fact]
    public async Task Openssl_client_with_our_identity()
    {
        TlsEnd serving = _kit.Serve(_harness, _kit.ServerContext(null, "transport.l5d.io/v1"));
        string output = await Client("openssl", $"{OpensslClient(serving, _kit.Client)} -alpn transport.l5d.io/v1 -verify_return_error", "hello from openssl");
        Assert.Contains("hello from openssl", output, StringComparison.Ordinal);
        Assert.Contains("TLSv1.3", output, StringComparison.Ordinal);
        Assert.Contains("ALPN protocol: transport.l5d.io/v1", output, StringComparison.Ordinal);
        Assert.DoesNotContain("New, TLSv1.2", output, StringComparison.Ordinal);
        var tls = (TlsTransport)(await serving.Completed).Transport;
        Assert.Equal(TlsKit.ClientIdentity, tls.PeerIdentity);
        Assert.Equal(TlsKit.ServerIdentity, tls.ServerName);
    }

    [Theory]
    [InlineData("TLS_AES_256_GCM_SHA384", "P-256")]
    [InlineData("TLS_CHACHA20_POLY1305_SHA256", "X25519")]
    [InlineData("TLS_AES_128_GCM_SHA256", "P-384")]
    public async Task Every_suite_and_group(string suite, string group)
    {
        TlsEnd serving = _kit.Serve(_harness, _kit.ServerContext());
        string output = await Client("openssl", $"{OpensslClient(serving, null)} -ciphersuites {suite} -groups {group}", "hi");
        Assert.Contains($"Cipher is {suite}", output, StringComparison.Ordinal);
        Assert.Null(((TlsTransport)(await serving.Completed).Transport).PeerIdentity);
    }

    [Fact]
    public async Task Openssl_with_tls_1_2_only_is_refused()
    {
        TlsEnd serving = _kit.Serve(_harness, _kit.ServerContext());
        await Client("openssl", $"{OpensslClient(serving, null)} -tls1_2", "hi");
        Assert.Equal(TlsFailureKind.Protocol, (await serving.Failed).Tls!.Kind);
    }

    [Fact]
    public async Task Openssl_client_of_another_trust_domain_is_refused()
    {
        using var other = new TestAuthority("other");
        TlsEnd serving = _kit.Serve(_harness, _kit.ServerContext());
        await Client("openssl", OpensslClient(serving, other.Issue(TlsKit.ClientIdentity)), "hi");
        Assert.Equal(TlsFailureKind.UntrustedCertificate, (await serving.Failed).Tls!.Kind);
    }

    [Fact]
    public async Task Openssl_client_with_an_expired_certificate_is_refused()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        TlsEnd serving = _kit.Serve(_harness, _kit.ServerContext());
        await Client("openssl", OpensslClient(serving, _kit.Authority.Issue(TlsKit.ClientIdentity, notBefore: now.AddHours(-2), notAfter: now.AddHours(-1))), "hi");
        Assert.Equal(TlsFailureKind.ExpiredCertificate, (await serving.Failed).Tls!.Kind);
    }

    [Fact]
    public async Task Openssl_client_with_an_rsa_leaf_is_anonymous()
    {
        // It shares no TLS 1.3 signature algorithm for its key with us, so it sends an empty certificate list.
        TlsEnd serving = _kit.Serve(_harness, _kit.ServerContext());
        await Client("openssl", OpensslClient(serving, _kit.Authority.Issue(TlsKit.ClientIdentity, rsa: true)), "hi");
        Assert.Null(((TlsTransport)(await serving.Completed).Transport).PeerIdentity);
    }

    [Fact]
    public async Task Gnutls_client_with_and_without_identity()
    {
        TlsEnd serving = _kit.Serve(_harness, _kit.ServerContext());
        string output = await Client("gnutls-cli", $"{GnutlsClient(serving)} --x509certfile {Write(_kit.Client.CertificatePem)} --x509keyfile {Write(_kit.Client.KeyPem)}", "hello from gnutls");
        Assert.Contains("hello from gnutls", output, StringComparison.Ordinal);
        Assert.Equal(TlsKit.ClientIdentity, ((TlsTransport)(await serving.Completed).Transport).PeerIdentity);

        serving = _kit.Serve(_harness, _kit.ServerContext());
        output = await Client("gnutls-cli", GnutlsClient(serving), "anonymous gnutls");
        Assert.Contains("anonymous gnutls", output, StringComparison.Ordinal);
        Assert.Null(((TlsTransport)(await serving.Completed).Transport).PeerIdentity);
    }

    [Fact]
    public async Task Openssl_server_good_wrong_name_wrong_domain_and_expired()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using var other = new TestAuthority("other");
        TestLeaf expired = _kit.Authority.Issue(TlsKit.ServerIdentity, notBefore: now.AddHours(-2), notAfter: now.AddHours(-1));
        (TestLeaf Leaf, string Name, TlsFailureKind? Failure)[] cases =
        [
            (_kit.Server, TlsKit.ServerIdentity, null),
            (_kit.Server, "somebody.else", TlsFailureKind.NameMismatch),
            (other.Issue(TlsKit.ServerIdentity), TlsKit.ServerIdentity, TlsFailureKind.UntrustedCertificate),
            (expired, TlsKit.ServerIdentity, TlsFailureKind.ExpiredCertificate),
            (_kit.Authority.Issue(TlsKit.ServerIdentity, rsa: true), TlsKit.ServerIdentity, TlsFailureKind.Alert),
        ];
        using TlsClientContext context = TlsClientContext.Create(_kit.Material(_kit.Client));
        foreach ((TestLeaf leaf, string name, TlsFailureKind? failure) in cases)
        {
            using OpensslServer server = await OpensslServer.StartAsync($"-cert {Write(leaf.CertificatePem)} -key {Write(leaf.KeyPem)} -CAfile {Anchors()} -Verify 1 -rev -tls1_3");
            TlsEnd end = await TlsEnd.ConnectAsync(_harness, SocketAddress.LoopbackV4.WithPort(server.Port), context, new TlsClientOptions { ServerName = TlsKit.ServerIdentity, ExpectedIdentity = name });
            if (failure is { } kind)
            {
                Assert.Equal(kind, (await end.Failed).Tls?.Kind);
                continue;
            }

            Probe probe = await end.Completed;
            await _harness.On(() => probe.Transport.Write("desrever\n"u8));
            await Eventually.TrueAsync(() => probe.Text.Contains("reversed", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task SslStream_client_and_server_with_bulk_data()
    {
        var anchors = new X509Certificate2Collection(_kit.Authority.Certificate);
        using X509Certificate2 own = X509CertificateLoader.LoadPkcs12(_kit.Client.Certificate.Export(X509ContentType.Pkcs12), null);
        TlsEnd serving = _kit.Serve(_harness, _kit.ServerContext());
        using Socket socket = Harness.Dial(serving.Listener);
        using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = TlsKit.ServerIdentity,
            ClientCertificates = [own],
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { _kit.Authority.Certificate } },
        }).WaitAsync(Harness.Limit);
        byte[] data = new byte[2_000_000];
        new Random(3).NextBytes(data);
        byte[] back = new byte[data.Length];
        Task writing = stream.WriteAsync(data).AsTask();
        await stream.ReadExactlyAsync(back).AsTask().WaitAsync(Harness.Limit);
        await writing;
        Assert.Equal(data, back);
        Assert.Equal(TlsKit.ClientIdentity, ((TlsTransport)(await serving.Completed).Transport).PeerIdentity);
        Assert.Single(anchors);
    }

    public void Dispose()
    {
        _harness.Dispose();
        _kit.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string OpensslClient(TlsEnd serving, TestLeaf? leaf)
    {
        string identity = leaf is null ? string.Empty : $" -cert {Write(leaf.CertificatePem)} -key {Write(leaf.KeyPem)}";
        return $"s_client -connect 127.0.0.1:{serving.Listener.LocalAddress.Port} -servername {TlsKit.ServerIdentity} -CAfile {Anchors()}{identity}";
    }

    private string GnutlsClient(TlsEnd serving)
        => $"127.0.0.1 --port {serving.Listener.LocalAddress.Port} --x509cafile {Anchors()} --sni-hostname {TlsKit.ServerIdentity} --verify-hostname {TlsKit.ServerIdentity}";

    private string Anchors() => Write(System.Text.Encoding.ASCII.GetBytes(_kit.Authority.Pem));

    private string Write(byte[] content)
    {
        string path = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Runs a client, types a line, waits for its echo (or its end), ends its input and returns all it printed.</summary>
    private static async Task<string> Client(string program, string arguments, string line)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true } };
        var output = new System.Text.StringBuilder();
        var echoed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Add(string? text)
        {
            if (text is null) return;
            lock (output) output.AppendLine(text);
            if (text == line) echoed.TrySetResult();
        }

        process.OutputDataReceived += (_, e) => Add(e.Data);
        process.ErrorDataReceived += (_, e) => Add(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.StandardInput.WriteLineAsync(line);
            await process.StandardInput.FlushAsync();
            await Task.WhenAny(echoed.Task, process.WaitForExitAsync()).WaitAsync(Harness.Limit);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The client was refused and is gone.
        }

        await process.WaitForExitAsync().WaitAsync(Harness.Limit);
        lock (output) return output.ToString();
    }

    /// <summary>openssl s_server on a free port; ended by its own process id.</summary>
    private sealed class OpensslServer : IDisposable
    {
        private readonly Process _process;

        private OpensslServer(Process process, int port)
        {
            _process = process;
            Port = port;
        }

        public int Port { get; }

        public static async Task<OpensslServer> StartAsync(string arguments)
        {
            var process = new Process { StartInfo = new ProcessStartInfo("openssl", $"s_server -accept 127.0.0.1:0 {arguments}") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true } };
            // Asynchronously: else the test would go on inside the callback, and wait there for the end of the stream it blocks.
            var port = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            process.ErrorDataReceived += (_, _) => { };
            process.OutputDataReceived += (_, e) =>
            {
                if (e.Data is { } line && line.StartsWith("ACCEPT", StringComparison.Ordinal) && int.TryParse(line[(line.LastIndexOf(':') + 1)..], out int value)) port.TrySetResult(value);
            };
            process.Start();
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            return new OpensslServer(process, await port.Task.WaitAsync(Harness.Limit));
        }

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
