using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Checks;

/// <summary>Trust anchors, the issuer, the webhooks' certificates, and what proxies were started with.</summary>
internal sealed class IdentityChecks(CheckContext context)
{
    private DateTimeOffset Now => context.Options.Clock.GetUtcNow();

    public CheckCategory Identity() => new("linkerd-identity",
    [
        new("certificate config is valid", "l5d-identity-cert-config-valid", ConfigAsync) { Fatal = true },
        new("trust anchors are using supported crypto algorithm", "l5d-identity-trustAnchors-use-supported-crypto", AnchorsAsync(CheckAlgorithm)) { Fatal = true },
        new("trust anchors are within their validity period", "l5d-identity-trustAnchors-are-time-valid", AnchorsAsync(CheckValidity)) { Fatal = true },
        new("trust anchors are valid for at least 60 days", "l5d-identity-trustAnchors-not-expiring-soon", AnchorsAsync(CheckExpiry)) { Warning = true },
        new("issuer cert is using supported crypto algorithm", "l5d-identity-issuer-cert-uses-supported-crypto", IssuerAsync(CheckAlgorithm)) { Fatal = true },
        new("issuer cert is within its validity period", "l5d-identity-issuer-cert-is-time-valid", IssuerAsync(CheckValidity)) { Fatal = true },
        new("issuer cert is valid for at least 60 days", "l5d-identity-issuer-cert-not-expiring-soon", IssuerAsync(CheckExpiry)) { Warning = true },
        new("issuer cert is issued by the trust anchor", "l5d-identity-issuer-cert-issued-by-trust-anchor", ChainAsync),
    ]);

    public CheckCategory Webhooks() => new("linkerd-webhooks-and-apisvc-tls",
    [
        .. Webhook("proxy-injector", "proxyInjector", () => BundleAsync(Resources.MutatingWebhookConfigurations, c => c.Webhooks, "linkerd-proxy-injector-webhook-config")),
        .. Webhook("sp-validator", "profileValidator", () => BundleAsync(Resources.ValidatingWebhookConfigurations, c => c.Webhooks, "linkerd-sp-validator-webhook-config")),
        .. Webhook("policy-validator", "policyValidator", () => BundleAsync(Resources.ValidatingWebhookConfigurations, c => c.Webhooks, "linkerd-policy-validator-webhook-config")),
    ]);

    public CheckCategory DataPlane() => new("linkerd-identity-data-plane",
    [
        new("data plane proxies certificate match CA", "l5d-identity-data-plane-proxies-certs-match-ca", ProxiesAsync) { Warning = true },
    ]);

    private IEnumerable<Check> Webhook(string name, string values, Func<Task<string>> bundle) =>
    [
        new($"{name} webhook has valid cert", $"l5d-{name}-webhook-cert-valid", c => WebhookAsync(name, values, bundle, c)) { Fatal = true },
        new($"{name} cert is valid for at least 60 days", $"l5d-{name}-webhook-cert-not-expiring-soon", c => WebhookExpiryAsync(name, values, c)) { Warning = true },
    ];

    private async Task<string> BundleAsync<T>(ResourceType<T> type, Func<T, IReadOnlyList<AdmissionWebhook>?> webhooks, string name)
        where T : class
    {
        var configuration = await context.Client.Resource(type).GetAsync(name);
        var bundle = webhooks(configuration) is { Count: > 0 } list ? list[0].ClientConfig?.CaBundle : null;
        return bundle is { Length: > 0 } bytes ? Encoding.UTF8.GetString(bytes) : throw new CheckException($"{name} has no caBundle");
    }

    private async Task WebhookAsync(string name, string values, Func<Task<string>> bundle, CancellationToken cancel)
    {
        using var certificate = await WebhookCertificateAsync(name, values, cancel);
        using var roots = new CertificateBundle(await bundle());
        var host = $"linkerd-{name}.{context.Namespace}.svc";
        CertificateRules.CheckServer(certificate, roots, host, Now);
    }

    private async Task WebhookExpiryAsync(string name, string values, CancellationToken cancel)
    {
        using var certificate = await WebhookCertificateAsync(name, values, cancel);
        CheckExpiry(certificate);
    }

    private async Task<X509Certificate2> WebhookCertificateAsync(string name, string values, CancellationToken cancel)
    {
        if ((await context.ValuesAsync(cancel)).Find(values + ".enabled") is false)
            throw new SkipCheckException();
        return CertificateRules.Parse(await context.SecretAsync($"linkerd-{name}-k8s-tls", "tls.crt", cancel));
    }

    private async Task ConfigAsync(CancellationToken cancel)
    {
        using var anchors = new CertificateBundle(await context.TrustAnchorsAsync(cancel));
        var (certificate, key) = await IssuerFilesAsync(cancel);
        try
        {
            using var issuer = X509Certificate2.CreateFromPem(certificate, key);
            if (!issuer.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority))
                throw new CheckException("the issuer's certificate is no CA certificate");
        }
        catch (CryptographicException e)
        {
            throw new CheckException($"the issuer's certificate and key do not fit: {e.Message}", e);
        }
    }

    private async Task<(string Certificate, string Key)> IssuerFilesAsync(CancellationToken cancel)
    {
        var kubernetes = (await context.ValuesAsync(cancel)).Find("identity.issuer.scheme") as string == "kubernetes.io/tls";
        return (await context.SecretAsync("linkerd-identity-issuer", kubernetes ? "tls.crt" : "crt.pem", cancel), await context.SecretAsync("linkerd-identity-issuer", kubernetes ? "tls.key" : "key.pem", cancel));
    }

    private Func<CancellationToken, Task> AnchorsAsync(Action<X509Certificate2> check) => async cancel =>
    {
        using var anchors = new CertificateBundle(await context.TrustAnchorsAsync(cancel));
        foreach (var anchor in anchors.All)
            check(anchor);
    };

    private Func<CancellationToken, Task> IssuerAsync(Action<X509Certificate2> check) => async cancel =>
    {
        using var issuer = CertificateRules.Parse((await IssuerFilesAsync(cancel)).Certificate);
        check(issuer);
    };

    private async Task ChainAsync(CancellationToken cancel)
    {
        using var anchors = new CertificateBundle(await context.TrustAnchorsAsync(cancel));
        using var issuer = CertificateRules.Parse((await IssuerFilesAsync(cancel)).Certificate);
        Verify(issuer, anchors);
    }

    private async Task ProxiesAsync(CancellationToken cancel)
    {
        var anchors = (await context.TrustAnchorsAsync(cancel)).Trim();
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(anchors + "\n"))).ToLowerInvariant();
        var changed = (await context.DataPlanePodsAsync(cancel)).Where(p => p.Metadata.Annotations?.GetValueOrDefault("linkerd.io/trust-root-sha256") is { } own && own != hash);
        var other = new List<string>();
        using var current = new CertificateBundle(anchors);
        foreach (var pod in changed)
        {
            if (!await FollowsAsync(pod, current, cancel))
                other.Add($"{pod.Metadata.Namespace}/{pod.Metadata.Name}");
        }

        if (other.Count > 0)
            throw new CheckException($"Some pods do not have the current trust bundle and must be restarted:\n    \t* {string.Join("\n    \t* ", other)}");
    }

    // A proxy that was started with other anchors may have been told of the current ones since.
    private async Task<bool> FollowsAsync(Pod pod, CertificateBundle current, CancellationToken cancel)
    {
        try
        {
            var trust = await ProxyTrust.ReadAsync(context.Client, pod, cancel);
            return trust.Anchors.SetEquals(current.All.Select(ProxyTrust.HashOf));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or KubernetesException or System.Net.WebSockets.WebSocketException || (e is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }

    private static void CheckAlgorithm(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPublicKey();
        if (key is not null && key.KeySize != 256)
            throw new CheckException($"{certificate.Subject} must use P-256 curve for public key, instead {key.KeySize} bits were used");
        if (key is null && certificate.GetRSAPublicKey() is null)
            throw new CheckException($"{certificate.Subject} must use ECDSA or RSA, instead {certificate.PublicKey.Oid.FriendlyName} was used");
    }

    private void CheckValidity(X509Certificate2 certificate) => CertificateRules.CheckValidity(certificate, Now);

    private void CheckExpiry(X509Certificate2 certificate) => CertificateRules.CheckExpiry(certificate, Now);

    private void Verify(X509Certificate2 certificate, CertificateBundle roots) => CertificateRules.Verify(certificate, roots, Now);
}
