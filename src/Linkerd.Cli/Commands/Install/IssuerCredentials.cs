using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Charts.Values;
using Linkerd.Checks;
using Linkerd.Inject.ControlPlane;

namespace Linkerd.Cli.Commands.Install;

/// <summary>The issuer and the trust anchors among the values: generated when none are given, checked when some are.</summary>
internal static class IssuerCredentials
{
    private const string Anchors = "identityTrustAnchorsPEM";
    private const string Certificate = "identity.issuer.tls.crtPEM";
    private const string Key = "identity.issuer.tls.keyPEM";

    /// <summary>Completes the values.</summary>
    /// <returns>Whether an issuer was generated.</returns>
    /// <exception cref="CliException">What is given is incomplete or does not fit together; the message says what.</exception>
    public static bool Complete(ValueMap values, string ns, TimeProvider clock)
    {
        if (Text(values, "identity.issuer.scheme") == "kubernetes.io/tls")
        {
            foreach (var (path, flag) in new[] { (Certificate, "--identity-issuer-certificate-file"), (Key, "--identity-issuer-key-file") })
            {
                if (Text(values, path).Length != 0)
                    throw new CliException($"{flag} must not be specified if --identity-external-issuer=true");
            }

            return false;
        }

        var (anchors, certificate, key) = (Text(values, Anchors), Text(values, Certificate), Text(values, Key));
        if (anchors.Length + certificate.Length + key.Length == 0)
        {
            var issuer = ControlPlaneCertificates.Issuer($"identity.{ns}.{TrustDomain(values)}", clock);
            values.Put(Anchors, issuer.CertificatePem);
            values.Put(Certificate, issuer.CertificatePem);
            values.Put(Key, issuer.KeyPem);
            return true;
        }

        Require(anchors, "--identity-trust-anchors-file", Anchors);
        Require(certificate, "--identity-issuer-certificate-file", Certificate);
        Require(key, "--identity-issuer-key-file", Key);
        Check(anchors, certificate, key, clock);
        return false;
    }

    /// <summary>The trust domain in effect.</summary>
    public static string TrustDomain(ValueMap values) =>
        Text(values, "identityTrustDomain") is { Length: > 0 } domain ? domain : Text(values, "clusterDomain") is { Length: > 0 } cluster ? cluster : "cluster.local";

    private static void Require(string value, string flag, string path)
    {
        if (value.Length == 0)
            throw new CliException($"{flag} (or --set-file {path}=FILE) is missing: trust anchors, issuer certificate and issuer key are given together, or none of them and they are generated");
    }

    private static void Check(string anchors, string certificate, string key, TimeProvider clock)
    {
        try
        {
            using var issuer = X509Certificate2.CreateFromPem(certificate, key);
            using var publicKey = issuer.GetECDsaPublicKey() ?? throw new CliException("the issuer's key must be ECDSA P-256; make one with: step certificate create --kty EC --curve P-256 …");
            if (publicKey.KeySize != 256)
                throw new CliException($"the issuer's key must be ECDSA P-256; it has {publicKey.KeySize} bits");
            if (!issuer.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority))
                throw new CliException("the issuer's certificate is no CA certificate: it cannot sign those of proxies");
            var now = clock.GetUtcNow();
            if (now < issuer.NotBefore || now > issuer.NotAfter)
                throw new CliException($"the issuer's certificate is valid from {issuer.NotBefore.ToUniversalTime():u} to {issuer.NotAfter.ToUniversalTime():u}, which is not now");
            CheckChain(issuer, certificate, anchors, now);
        }
        catch (CryptographicException e)
        {
            throw new CliException($"the issuer's certificate and key cannot be read as PEM, or do not belong together: {e.Message}", e);
        }
    }

    private static void CheckChain(X509Certificate2 issuer, string certificate, string anchors, DateTimeOffset now)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(anchors);
        if (roots.Count == 0)
            throw new CliException("the trust anchors hold no certificate in PEM");
        var intermediates = new X509Certificate2Collection();
        intermediates.ImportFromPem(certificate);
        if (CertificateChain.FaultOf(issuer, roots, intermediates, now) is { } fault)
            throw new CliException($"the issuer's certificate does not verify against the trust anchors: {fault}");
    }

    private static string Text(ValueMap values, string path) => values.Find(path) as string ?? "";
}
