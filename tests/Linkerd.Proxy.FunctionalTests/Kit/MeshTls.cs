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
    public static Func<ConnectionDelegate, ConnectionDelegate> Terminate(MeshTrust trust, Func<string> identity)
    {
        (MeshAuthority Authority, string Identity, SslStreamCertificateContext Context)? current = null;
        return next => async connection =>
        {
            var (authority, name) = (trust.Issuing, identity());
            if (current is not { } known || known.Authority != authority || known.Identity != name)
                current = known = (authority, name, ContextOf(authority, authority.Issue(name)));
            await using var tls = new SslStream(new DuplexStream(connection.Transport));
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = known.Context,
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, peer, _, _) => peer is null || trust.IsTrusted(peer),
            });
            connection.Transport = new StreamPipe(tls);
            await next(connection);
        };
    }

    /// <summary>A certificate with the issuer that leads to its anchor.</summary>
    public static SslStreamCertificateContext ContextOf(MeshAuthority authority, X509Certificate2 certificate)
        => SslStreamCertificateContext.Create(certificate, [authority.Issuer], offline: true);

    private sealed class StreamPipe(Stream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

        public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }
}
