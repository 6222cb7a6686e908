using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Controller.Identity.Core;
using Linkerd.Controller.Identity.Index;

namespace Linkerd.Controller.Tests.Identity;

/// <summary>An issuer in files of its own folder, and requests to be signed.</summary>
internal sealed class IdentityFixture : IIssuerEvents, IDisposable
{
    public const string Name = "web.app.serviceaccount.identity.linkerd.cluster.local";

    private readonly string _folder = Directory.CreateTempSubdirectory("issuer").FullName;

    public IdentityFixture()
    {
        Files = IssuerFiles.ForScheme("linkerd.io/tls", _folder, Path.Combine(_folder, "anchors.pem"));
        Store = new IssuerStore(Files, TimeProvider.System, this);
    }

    public IssuerFiles Files { get; }

    public IssuerStore Store { get; }

    public List<string> Log { get; } = [];

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Writes a self-signed issuer that is its own trust anchor.</summary>
    public X509Certificate2 WriteIssuer(TimeSpan? validFor = null, bool isAuthority = true, bool trusted = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=identity.linkerd.cluster.local", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var certificate = request.CreateSelfSigned(Now.AddHours(-1), Now + (validFor ?? TimeSpan.FromDays(365)));
        File.WriteAllText(Files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(Files.Key, key.ExportECPrivateKeyPem());
        if (trusted)
            File.WriteAllText(Files.Anchors, certificate.ExportCertificatePem());
        return certificate;
    }

    /// <summary>A request in DER.</summary>
    public static byte[] Request(string dns = Name, Action<SubjectAlternativeNameBuilder>? more = null, string subject = "", bool rsa = false)
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsaKey = RSA.Create(2048);
        var request = rsa
            ? new CertificateRequest(subject, rsaKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, ecdsa, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(dns);
        more?.Invoke(names);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSigningRequest();
    }

    public void Taken(string name, DateTimeOffset notAfter, bool first) => Log.Add(first ? "first" : "updated");

    public void Refused(string reason, bool hasIssuer) => Log.Add($"refused({hasIssuer}): {reason}");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
