using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Local.Api;

namespace Linkerd.Local.Auth;

/// <summary>The cluster's certificate authority and the key that signs service-account tokens; both survive a restart.</summary>
internal sealed class Pki : IDisposable
{
    private const int AuthorityYears = 10;
    private readonly X509Certificate2 _authority;
    private readonly TimeProvider _clock;

    private Pki(X509Certificate2 authority, ECDsa tokenKey, TimeProvider clock)
    {
        _authority = authority;
        _clock = clock;
        TokenKey = tokenKey;
        AuthorityPem = authority.ExportCertificatePem() + "\n";
    }

    public X509Certificate2 Authority => _authority;

    public string AuthorityPem { get; }

    public ECDsa TokenKey { get; }

    public static Pki Open(ApiServerOptions options)
    {
        var folder = options.DataDirectory is { } data ? Path.Combine(data, "pki") : null;
        if (folder is not null && File.Exists(Path.Combine(folder, "sa.key")))
        {
            var authority = X509Certificate2.CreateFromPem(
                File.ReadAllText(Path.Combine(folder, "ca.crt")), File.ReadAllText(Path.Combine(folder, "ca.key")));
            var key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(Path.Combine(folder, "sa.key")));
            return new Pki(authority, key, options.Clock);
        }

        var pki = new Pki(CreateAuthority(options.Clock), ECDsa.Create(ECCurve.NamedCurves.nistP256), options.Clock);
        if (folder is not null) pki.Save(folder);
        return pki;
    }

    /// <summary>A client certificate: the user is the common name, each group an organisation, as Kubernetes reads them.</summary>
    public (string CertificatePem, string KeyPem) IssueClient(string user, IReadOnlyList<string> groups)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();
        foreach (var group in groups) name.AddOrganizationName(group);
        name.AddCommonName(user);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        AddLeafExtensions(request, "1.3.6.1.5.5.7.3.2");
        using var certificate = Sign(request);
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>The serving certificate with every name that clients use.</summary>
    public X509Certificate2 IssueServer(ApiServerOptions options)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kube-apiserver", key, HashAlgorithmName.SHA256);
        AddLeafExtensions(request, "1.3.6.1.5.5.7.3.1");
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in ServerNames(options).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
            else names.AddDnsName(name);
        }
        request.CertificateExtensions.Add(names.Build());
        using var certificate = Sign(request);
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    public void Dispose()
    {
        _authority.Dispose();
        TokenKey.Dispose();
    }

    private static IEnumerable<string> ServerNames(ApiServerOptions options) =>
    [
        "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "127.0.0.1", "::1",
        .. options.HttpsEndPoints.Select(e => e.Address).Where(a => !a.Equals(IPAddress.Any) && !a.Equals(IPAddress.IPv6Any)).Select(a => a.ToString()),
        Addresses.At(options.ServiceCidr, 1).ToString(), .. options.CertificateNames,
    ];

    private static X509Certificate2 CreateAuthority(TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=linkerd-local-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = clock.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddYears(AuthorityYears));
    }

    private static void AddLeafExtensions(CertificateRequest request, string usage)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
    }

    private X509Certificate2 Sign(CertificateRequest request)
    {
        var now = _clock.GetUtcNow();
        var end = now.AddYears(1);
        return request.Create(_authority, now.AddHours(-1), end < _authority.NotAfter ? end : _authority.NotAfter, RandomNumberGenerator.GetBytes(16));
    }

    private void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), AuthorityPem);
        using var key = _authority.GetECDsaPrivateKey()!;
        WritePrivate(Path.Combine(folder, "ca.key"), key.ExportPkcs8PrivateKeyPem());
        WritePrivate(Path.Combine(folder, "sa.key"), TokenKey.ExportPkcs8PrivateKeyPem());
    }

    private static void WritePrivate(string path, string pem)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(pem);
    }
}
