using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Checks;

namespace Linkerd.Cli.Commands.Rotate;

/// <summary>Trust anchors with an issuer of theirs, PEM.</summary>
/// <param name="Anchors">One or more certificates.</param>
/// <param name="Certificate">Of the issuer, then those between it and an anchor.</param>
/// <param name="Key">Of the issuer.</param>
internal sealed record Credentials(string Anchors, string Certificate, string Key)
{
    private static readonly TimeSpan s_rootLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan s_issuerLifetime = TimeSpan.FromDays(365);

    /// <summary>Tolerates clocks that are behind.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(1);

    /// <summary>Makes a root valid for ten years and an issuer valid for one, both ECDSA P-256. The root's key is returned and not kept.</summary>
    public static (Credentials Credentials, string RootKey) Generate(string trustDomain, DateTimeOffset now)
    {
        // Roots of one name are hard to tell apart, for people and for some TLS libraries: each has its time in it.
        var generation = $"{now.UtcDateTime:yyyyMMdd-HHmmss}";
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = Request($"root-{generation}.linkerd.{trustDomain}", rootKey, pathLength: null);
        using var root = rootRequest.CreateSelfSigned(now - s_skew, now + s_rootLifetime);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request($"identity-{generation}.linkerd.{trustDomain}", key, pathLength: 0);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var issuer = request.Create(root, now - s_skew, now + s_issuerLifetime, RandomNumberGenerator.GetBytes(16));
        return (new Credentials(Pem(root), Pem(issuer), key.ExportECPrivateKeyPem() + "\n"), rootKey.ExportECPrivateKeyPem() + "\n");
    }

    /// <summary>The certificates of a bundle.</summary>
    /// <exception cref="CliException">It has none, or a malformed one.</exception>
    public static X509Certificate2Collection Parse(string pem, string what)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new CliException($"{what}: not readable as PEM: {e.Message}", e);
        }

        return all.Count > 0 ? all : throw new CliException($"{what}: there is no certificate in it");
    }

    /// <summary>The hashes by which proxies name these anchors.</summary>
    public static IReadOnlyList<string> Hashes(string pem) => [.. Parse(pem, "trust anchors").Select(ProxyTrust.HashOf).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The certificates of both bundles, each once.</summary>
    public static string Union(string first, string second) =>
        string.Concat(Parse(first, "trust anchors").Concat(Parse(second, "trust anchors")).DistinctBy(ProxyTrust.HashOf).Select(Pem));

    /// <summary>The issuer's own certificate.</summary>
    public X509Certificate2 Issuer() => Parse(Certificate, "issuer certificate")[0];

    private static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private static CertificateRequest Request(string name, ECDsa key, int? pathLength)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, pathLength is not null, pathLength ?? 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }
}
