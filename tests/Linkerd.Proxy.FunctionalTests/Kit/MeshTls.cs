using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>
/// What the proxy of a control-plane pod does for it: ends mTLS and hands clear HTTP/2 on. Kestrel's own TLS would insist on
/// ALPN, which proxies do not offer.
/// </summary>
internal static class MeshTls
{
    public static Func<ConnectionDelegate, ConnectionDelegate> Terminate(MeshAuthority authority, X509Certificate2 certificate) => next => async connection =>
    {
        await using var tls = new SslStream(new DuplexStream(connection.Transport));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, [authority.Issuer], offline: true),
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, peer, _, _) => peer is null || IsTrusted(authority, peer),
        });
        connection.Transport = new StreamPipe(tls);
        await next(connection);
    };

    private static bool IsTrusted(MeshAuthority authority, X509Certificate peer)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority.Anchor);
        chain.ChainPolicy.ExtraStore.Add(authority.Issuer);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(new X509Certificate2(peer));
    }

    private sealed class StreamPipe(Stream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

        public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }
}
