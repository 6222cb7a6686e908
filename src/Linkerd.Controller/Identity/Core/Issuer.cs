using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Controller.Identity.Core;

/// <summary>A certificate authority with its key and the certificates between it and the trust anchors; immutable but for its serial.</summary>
internal sealed class Issuer : IDisposable
{
    private readonly ECDsa _key;
    private long _serial;

    private Issuer(X509Certificate2Collection chain, ECDsa key)
    {
        Chain = chain;
        _key = key;
        NotAfter = chain.Min(static c => new DateTimeOffset(c.NotAfter));
    }

    /// <summary>The issuer's certificate, then those above it.</summary>
    public X509Certificate2Collection Chain { get; }

    /// <summary>When the first certificate of the chain expires; no leaf is valid longer.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>Identifies the certificate.</summary>
    public string Thumbprint => Chain[0].Thumbprint;

    /// <summary>Parses certificate and key and checks that they belong together.</summary>
    /// <exception cref="IssuerException">They cannot be used.</exception>
    public static Issuer Parse(string certificatePem, string keyPem)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificatePem);
            if (chain.Count == 0)
                throw new IssuerException("issuer certificate: there is no certificate in it");
            var key = ECDsa.Create();
            key.ImportFromPem(keyPem);
            using var publicKey = chain[0].GetECDsaPublicKey() ?? throw new IssuerException("issuer certificate: its key must be ECDSA");
            if (!publicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
                throw new IssuerException("issuer key: it is not the key of the issuer certificate");
            return new Issuer(chain, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new IssuerException($"issuer certificate or key: {e.Message}", e);
        }
    }

    /// <summary>Checks that the issuer may sign now and that proxies will believe it.</summary>
    /// <exception cref="IssuerException">It may not, or they will not.</exception>
    public void Verify(TrustAnchors anchors, DateTimeOffset now)
    {
        var certificate = Chain[0];
        if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
            throw new IssuerException($"issuer certificate {certificate.Subject}: it is not a certificate authority (basic constraints)");
        var reasons = new SortedSet<string>(StringComparer.Ordinal);

        // One by one: the platform's chain builder takes the first anchor of a name, and roots of one name are usual in a rotation.
        foreach (var anchor in anchors.Certificates)
        {
            if (LeadsTo(anchor, now, reasons))
                return;
        }

        throw new IssuerException($"issuer certificate {certificate.Subject} (valid until {NotAfter:u}) does not lead to a trust anchor: {string.Join("; ", reasons)}");
    }

    private bool LeadsTo(X509Certificate2 anchor, DateTimeOffset now, SortedSet<string> reasons)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(anchor);
        chain.ChainPolicy.ExtraStore.AddRange(Chain);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (chain.Build(Chain[0]))
            return true;
        reasons.UnionWith(chain.ChainStatus.Where(static s => s.Status != X509ChainStatusFlags.NoError).Select(static s => s.StatusInformation.Trim()));
        return false;
    }

    /// <summary>Signs a leaf for an identity.</summary>
    /// <param name="request">A request that <see cref="SigningRequest"/> has checked.</param>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">How long it is valid.</param>
    /// <param name="clockSkew">How much earlier and later it is valid besides.</param>
    public X509Certificate2 Sign(SigningRequest request, DateTimeOffset now, TimeSpan lifetime, TimeSpan clockSkew)
    {
        var notBefore = now - clockSkew;
        var notAfter = now + lifetime + clockSkew;
        if (notAfter > NotAfter)
            notAfter = NotAfter;
        var leaf = new CertificateRequest(request.Subject, request.PublicKey, HashAlgorithmName.SHA256);
        leaf.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        leaf.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        leaf.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(request.DnsName);
        // RFC 5280, section 4.2.1.6: critical when the subject is empty.
        leaf.CertificateExtensions.Add(names.Build(critical: request.Subject.RawData.Length <= 2));
        leaf.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Chain[0], includeKeyIdentifier: Chain[0].Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any(), includeIssuerAndSerial: false));
        var generator = X509SignatureGenerator.CreateForECDsa(_key);
        return leaf.Create(Chain[0].SubjectName, generator, notBefore, notAfter, Serial());
    }

    public void Dispose() => _key.Dispose();

    /// <summary>The next number, big-endian, positive, without leading zeros.</summary>
    private byte[] Serial()
    {
        var bytes = BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(Interlocked.Increment(ref _serial)));
        var start = Array.FindIndex(bytes, static b => b != 0);
        return bytes[start] < 0x80 ? bytes[start..] : [0, .. bytes[start..]];
    }
}
