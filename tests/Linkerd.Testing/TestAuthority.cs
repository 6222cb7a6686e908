using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Linkerd.Testing;

/// <summary>A certificate authority for tests, with leaves as the mesh's identity controller signs them.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly AsymmetricAlgorithm _key;
    private readonly X509SignatureGenerator _generator;

    public TestAuthority(string name = "test.anchor", bool rsa = false, TestAuthority? parent = null)
    {
        CertificateRequest request;
        if (rsa)
        {
            var key = RSA.Create(2048);
            _key = key;
            _generator = X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1);
            request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        else
        {
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            _key = key;
            _generator = X509SignatureGenerator.CreateForECDsa(key);
            request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        }

        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-30), until = DateTimeOffset.UtcNow.AddDays(300);
        Certificate = parent is null
            ? request.Create(request.SubjectName, _generator, from, until, [1])
            : request.Create(parent.Certificate.SubjectName, parent._generator, from, until, [2]);
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>The anchor as PEM.</summary>
    public string Pem => Certificate.ExportCertificatePem();

    /// <summary>Signs a leaf with the given DNS name or URI (when it contains <c>://</c>).</summary>
    public TestLeaf Issue(string identity, bool rsa = false, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null)
    {
        var names = new SubjectAlternativeNameBuilder();
        if (identity.Contains("://", StringComparison.Ordinal)) names.AddUri(new Uri(identity));
        else names.AddDnsName(identity);
        using RSA? rsaKey = rsa ? RSA.Create(2048) : null;
        using ECDsa? ecKey = rsa ? null : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = rsaKey is not null
            ? new CertificateRequest("CN=leaf", rsaKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=leaf", ecKey!, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        Span<byte> serial = stackalloc byte[12];
        RandomNumberGenerator.Fill(serial);
        serial[0] &= 0x7F;
        using X509Certificate2 signed = request.Create(
            Certificate.SubjectName, _generator, notBefore ?? DateTimeOffset.UtcNow.AddMinutes(-10), notAfter ?? DateTimeOffset.UtcNow.AddDays(1), serial);
        X509Certificate2 withKey = rsaKey is not null ? signed.CopyWithPrivateKey(rsaKey) : signed.CopyWithPrivateKey(ecKey!);
        byte[] pkcs8 = rsaKey is not null ? rsaKey.ExportPkcs8PrivateKey() : ecKey!.ExportPkcs8PrivateKey();
        return new TestLeaf(withKey, pkcs8);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }
}

/// <summary>A leaf with its key.</summary>
public sealed record TestLeaf(X509Certificate2 Certificate, byte[] Pkcs8)
{
    public byte[] Der => Certificate.RawData;

    public byte[] CertificatePem => Encoding.ASCII.GetBytes(Certificate.ExportCertificatePem());

    public byte[] KeyPem => Encoding.ASCII.GetBytes(PemEncoding.WriteString("PRIVATE KEY", Pkcs8));
}
