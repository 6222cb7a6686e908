using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>The mesh's certificate authority: a trust anchor, an issuer under it, and leaves as the identity controller signs them.</summary>
internal sealed class MeshAuthority : IDisposable
{
    private readonly ECDsa _issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private int _serial;

    public MeshAuthority(string trustDomain = "cluster.local")
    {
        using var anchorKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        var anchor = Authority($"CN=root.linkerd.{trustDomain}", anchorKey);
        Anchor = anchor.CreateSelfSigned(now.AddDays(-1), now.AddDays(365));
        using var issuer = Authority($"CN=identity.linkerd.{trustDomain}", _issuerKey).Create(Anchor, now.AddDays(-1), now.AddDays(30), [1]);
        Issuer = issuer.CopyWithPrivateKey(_issuerKey);
    }

    public X509Certificate2 Anchor { get; }

    public X509Certificate2 Issuer { get; }

    /// <summary>Signs a request, whatever it asks for.</summary>
    public X509Certificate2 Sign(byte[] request, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        var csr = CertificateRequest.LoadSigningRequest(request, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        csr.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        csr.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        var serial = BitConverter.GetBytes(Interlocked.Increment(ref _serial) + 0x01000000);
        Array.Reverse(serial);
        return csr.Create(Issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(_issuerKey), notBefore, notAfter, serial);
    }

    /// <summary>A leaf with its key, for peers that are not proxies.</summary>
    public X509Certificate2 Issue(string identity, TimeSpan? lifetime = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        using var signed = Sign(Request(identity, key), now.AddMinutes(-5), now + (lifetime ?? TimeSpan.FromDays(1)));
        using var withKey = signed.CopyWithPrivateKey(key);
        // A key that only lives in memory cannot be used by SslStream on every platform.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>A leaf with an RSA key, which no peer accepts.</summary>
    public X509Certificate2 IssueRsa(string identity)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={identity}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(identity);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var signed = Sign(request.CreateSigningRequest(), now.AddMinutes(-5), now.AddDays(1));
        using var withKey = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>A request as the identity wrapper makes it: one DNS name or SPIFFE ID, DER.</summary>
    public static byte[] Request(string identity, ECDsa key)
    {
        var request = new CertificateRequest($"CN={identity}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (identity.Contains("://", StringComparison.Ordinal))
            names.AddUri(new Uri(identity));
        else
            names.AddDnsName(identity);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSigningRequest();
    }

    public void Dispose()
    {
        Anchor.Dispose();
        Issuer.Dispose();
        _issuerKey.Dispose();
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }
}
