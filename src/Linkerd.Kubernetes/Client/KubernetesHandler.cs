using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Kubernetes;

/// <summary>The HTTP handler for a configuration: trust, client certificate, and liveness of idle watches.</summary>
internal static class KubernetesHandler
{
    public static SocketsHttpHandler Create(KubernetesConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
            EnableMultipleHttp2Connections = true,
            // A watch may be silent for minutes: pings find out that the server is gone.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            MaxResponseHeadersLength = 64,
        };
        if (config.Server.Scheme == Uri.UriSchemeHttps)
            handler.SslOptions = Tls(config);
        return handler;
    }

    private static SslClientAuthenticationOptions Tls(KubernetesConfig config)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = config.TlsServerName ?? config.Server.IdnHost };
        if (config.ClientCertificate is { } certificate)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        else if (config.Token is ExecTokenSource plugin)
            // Asked for each connection, by which time the request that opens it has run the plugin.
            options.LocalCertificateSelectionCallback = (_, _, _, _, _) => plugin.Certificate!;
        if (config.InsecureSkipTlsVerify)
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        else if (config.CertificateAuthorities is { } authorities)
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(authorities, certificate, chain, errors);
        return options;
    }

    private static bool IsTrusted(X509Certificate2Collection authorities, X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(certificate as X509Certificate2 ?? X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()));
    }
}
