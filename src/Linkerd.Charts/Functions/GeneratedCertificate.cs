using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Charts.Templates;

namespace Linkerd.Charts.Functions;

/// <summary>What <c>genSelfSignedCert</c> makes: ECDSA P-256 where Sprig makes RSA, which every client here reads and is made in no time.</summary>
internal sealed record GeneratedCertificate(string Cert, string Key) : ITemplateObject
{
    private const int MaxDays = 36_500;

    // Tolerates clocks that are behind.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    public static GeneratedCertificate SelfSigned(string name, List<string> addresses, List<string> hosts, int days)
    {
        if (days is < 1 or > MaxDays)
            throw new FunctionException($"genSelfSignedCert: a certificate lasts 1 to {MaxDays} days, not {days}");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        hosts.ForEach(names.AddDnsName);
        addresses.ForEach(a => names.AddIpAddress(IPAddress.Parse(a)));
        if (hosts.Count + addresses.Count > 0)
            request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - Skew, now.AddDays(days));
        return new GeneratedCertificate(certificate.ExportCertificatePem() + "\n", key.ExportECPrivateKeyPem() + "\n");
    }

    /// <inheritdoc/>
    public bool TryGet(string name, IReadOnlyList<object?> arguments, out object? value)
    {
        value = name switch { "Cert" => Cert, "Key" => Key, _ => null };
        return value is not null;
    }
}
