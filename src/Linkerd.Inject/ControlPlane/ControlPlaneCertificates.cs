using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Inject.ControlPlane;

/// <summary>A certificate and its key, PEM.</summary>
public sealed record ControlPlaneCertificates(string CertificatePem, string KeyPem)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>Tolerates clocks that are behind.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>A self-signed ECDSA P-256 CA, valid for a year: trust anchor and issuer in one.</summary>
    public static ControlPlaneCertificates Issuer(string name, TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key, new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return SelfSign(request, key, clock);
    }

    /// <summary>A self-signed server certificate for one DNS name, valid for a year; it is its own CA bundle.</summary>
    public static ControlPlaneCertificates Webhook(string host, TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(host, key, new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        return SelfSign(request, key, clock);
    }

    private static CertificateRequest Request(string name, ECDsa key, X509BasicConstraintsExtension constraints)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(constraints);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static ControlPlaneCertificates SelfSign(CertificateRequest request, ECDsa key, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - Skew, now + Lifetime);
        return new ControlPlaneCertificates(certificate.ExportCertificatePem() + "\n", key.ExportECPrivateKeyPem() + "\n");
    }
}
