using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Controller.Identity.Core;
using Linkerd.Controller.Identity.Index;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Tests.Identity;

public sealed class IssuerTests : IDisposable
{
    private readonly IdentityFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_leaf_is_what_proxies_expect()
    {
        using var certificate = _fixture.WriteIssuer();
        _fixture.Store.Reload();
        var issuer = _fixture.Store.Issuer!;
        var request = SigningRequest.Parse(IdentityFixture.Request());
        request.Check(IdentityFixture.Name);
        var now = IdentityFixture.Now;
        using var leaf = issuer.Sign(request, now, TimeSpan.FromHours(24), TimeSpan.FromSeconds(20));
        Assert.Equal("01", leaf.SerialNumber);
        Assert.Equal("1.2.840.10045.4.3.2", leaf.SignatureAlgorithm.Value);
        Assert.Equal(certificate.Subject, leaf.Issuer);
        Assert.Equal([IdentityFixture.Name], leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        Assert.Equal(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, leaf.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.Equal(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"], leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(o => o.Value));
        Assert.False(leaf.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(now.AddSeconds(-20).ToUnixTimeSeconds(), new DateTimeOffset(leaf.NotBefore).ToUnixTimeSeconds());
        Assert.Equal(now.AddHours(24).AddSeconds(20).ToUnixTimeSeconds(), new DateTimeOffset(leaf.NotAfter).ToUnixTimeSeconds());
        using var second = issuer.Sign(request, now, TimeSpan.FromHours(24), TimeSpan.FromSeconds(20));
        Assert.Equal("02", second.SerialNumber);
        for (var i = 3; i < 128; i++)
            issuer.Sign(request, now, TimeSpan.FromHours(1), TimeSpan.Zero).Dispose();
        using var high = issuer.Sign(request, now, TimeSpan.FromHours(1), TimeSpan.Zero);
        Assert.Equal("0080", high.SerialNumber);
    }

    [Fact]
    public void No_leaf_outlives_its_issuer()
    {
        using var certificate = _fixture.WriteIssuer(validFor: TimeSpan.FromHours(2));
        _fixture.Store.Reload();
        using var leaf = _fixture.Store.Issuer!.Sign(SigningRequest.Parse(IdentityFixture.Request()), IdentityFixture.Now, TimeSpan.FromHours(24), TimeSpan.FromSeconds(20));
        Assert.Equal(certificate.NotAfter, leaf.NotAfter);
        Assert.InRange(_fixture.Store.TimeToLive, 7000, 7200);
    }

    public static TheoryData<byte[], string> BadRequests() => new()
    {
        { IdentityFixture.Request("other.identity"), "CSR name does not match requested identity" },
        { IdentityFixture.Request(more: n => n.AddDnsName("second")), "CSR must have exactly one DNSName" },
        { IdentityFixture.Request(more: n => n.AddEmailAddress("a@b.c")), "cannot validate email addresses" },
        { IdentityFixture.Request(more: n => n.AddIpAddress(IPAddress.Loopback)), "cannot validate IP addresses" },
        { IdentityFixture.Request(more: n => n.AddUri(new Uri("spiffe://x/y"))), "cannot validate URIs" },
        { IdentityFixture.Request(subject: "CN=somebody"), "invalid CommonName: somebody" },
        { IdentityFixture.Request(subject: $"CN=somebody, CN={IdentityFixture.Name}"), "invalid CommonName: somebody" },
        { IdentityFixture.Request(subject: $"CN={IdentityFixture.Name}, CN=somebody"), "invalid CommonName: somebody" },
        { IdentityFixture.Request(subject: "CN=somebody+O=acme"), "invalid CommonName: somebody" },
        { IdentityFixture.Request(rsa: true), "CSR must contain an ECDSA public key" },
    };

    [Theory]
    [MemberData(nameof(BadRequests), DisableDiscoveryEnumeration = true)]
    public void A_request_for_more_than_the_identity_is_refused(byte[] der, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<SigningRequestException>(() => SigningRequest.Parse(der).Check(IdentityFixture.Name)).Message);

    [Fact]
    public void An_issuer_with_a_garbled_extension_is_refused_and_the_next_one_taken()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=garbled", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("2.5.29.19", [0x30, 0x05, 0x01], critical: true));
        using var certificate = request.CreateSelfSigned(IdentityFixture.Now.AddHours(-1), IdentityFixture.Now.AddDays(1));
        File.WriteAllText(_fixture.Files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(_fixture.Files.Key, key.ExportECPrivateKeyPem());
        File.WriteAllText(_fixture.Files.Anchors, certificate.ExportCertificatePem());
        _fixture.Store.Reload();
        Assert.StartsWith("refused(False)", Assert.Single(_fixture.Log));
        using var good = _fixture.WriteIssuer();
        _fixture.Store.Reload();
        Assert.Equal(good.Thumbprint, _fixture.Store.Issuer!.Thumbprint);
    }

    [Fact]
    public void The_common_name_may_be_the_identity() => SigningRequest.Parse(IdentityFixture.Request(subject: "CN=" + IdentityFixture.Name)).Check(IdentityFixture.Name);

    [Fact]
    public void Changed_or_garbled_requests_are_refused()
    {
        var der = IdentityFixture.Request();
        der[^5] ^= 1;
        Assert.Throws<CryptographicException>(() => SigningRequest.Parse(der));
        Assert.Throws<CryptographicException>(() => SigningRequest.Parse("garbage"u8));
        Assert.Throws<CryptographicException>(() => SigningRequest.Parse([.. IdentityFixture.Request(), 0]));
        Assert.Throws<CryptographicException>(() => SigningRequest.Parse(new byte[20_000]));
    }

    [Fact]
    public void Issuers_that_cannot_be_believed_are_refused_with_the_reason()
    {
        _fixture.Store.Reload();
        Assert.Contains("Could not find", Assert.Single(_fixture.Log));
        using (_fixture.WriteIssuer(isAuthority: false))
            _fixture.Store.Reload();
        Assert.Contains("not a certificate authority", _fixture.Log[^1]);
        using (_fixture.WriteIssuer(trusted: false))
            _fixture.Store.Reload();
        Assert.Contains("does not lead to a trust anchor", _fixture.Log[^1]);
        using (_fixture.WriteIssuer(validFor: TimeSpan.FromMinutes(-1)))
            _fixture.Store.Reload();
        Assert.Contains("does not lead to a trust anchor", _fixture.Log[^1]);
        using (_fixture.WriteIssuer())
        {
            File.WriteAllText(_fixture.Files.Key, ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportECPrivateKeyPem());
            _fixture.Store.Reload();
        }

        Assert.Contains("not the key of the issuer certificate", _fixture.Log[^1]);
        Assert.Null(_fixture.Store.Issuer);
        var told = _fixture.Log.Count;
        _fixture.Store.Reload();
        Assert.Equal(told, _fixture.Log.Count);
    }

    [Fact]
    public void A_new_issuer_is_taken_a_bad_one_leaves_the_old_in_force()
    {
        using var first = _fixture.WriteIssuer();
        _fixture.Store.Reload();
        var versions = new List<string>();
        using var subscription = _fixture.Store.Subscribe(a => versions.Add(a.Version));
        using var second = _fixture.WriteIssuer();
        _fixture.Store.Reload();
        Assert.Equal(second.Thumbprint, _fixture.Store.Issuer!.Thumbprint);
        Assert.Equal(2, versions.Distinct().Count());
        File.WriteAllText(_fixture.Files.Certificate, "garbage");
        _fixture.Store.Reload();
        Assert.Equal(second.Thumbprint, _fixture.Store.Issuer!.Thumbprint);
        Assert.Equal(["first", "updated"], _fixture.Log[..2]);
        Assert.StartsWith("refused(True)", _fixture.Log[2]);
    }

    [Theory]
    [InlineData("Opaque", "crt.pem", "key.pem")]
    [InlineData("kubernetes.io/tls", "tls.crt", "tls.key")]
    public void A_Secret_of_either_type_is_an_issuer_and_its_change_counts(string type, string certificate, string key)
    {
        Secret? secret = null;
        var store = new IssuerStore(new IssuerSecret("linkerd/issuer", () => secret, _fixture.Files.Anchors), TimeProvider.System, _fixture);
        store.Reload();
        Assert.StartsWith("refused(False): Secret linkerd/issuer: there is none", _fixture.Log[^1]);

        using var first = _fixture.WriteIssuer(trusted: false);
        secret = SecretOf();
        store.Reload();
        Assert.Equal(first.Thumbprint, store.Issuer!.Thumbprint);

        using var second = _fixture.WriteIssuer(trusted: false);
        secret = SecretOf();
        store.Reload();
        Assert.Equal(second.Thumbprint, store.Issuer!.Thumbprint);

        secret = new Secret { Type = type, Data = new Dictionary<string, byte[]> { [key] = [1] } };
        store.Reload();
        Assert.Equal($"refused(True): Secret linkerd/issuer of type {type}: it lacks the key {certificate}", _fixture.Log[^1]);
        Assert.Equal(second.Thumbprint, store.Issuer!.Thumbprint);

        Secret SecretOf() => new()
        {
            Type = type,
            Data = new Dictionary<string, byte[]>
            {
                [certificate] = File.ReadAllBytes(_fixture.Files.Certificate),
                [key] = File.ReadAllBytes(_fixture.Files.Key),
                ["ca.crt"] = File.ReadAllBytes(_fixture.Files.Certificate),
            },
        };
    }

    [Fact]
    public void Mounted_trust_anchors_come_before_those_of_the_Secret()
    {
        using var issuer = _fixture.WriteIssuer();
        var secret = new Secret
        {
            Data = new Dictionary<string, byte[]> { ["crt.pem"] = File.ReadAllBytes(_fixture.Files.Certificate), ["key.pem"] = File.ReadAllBytes(_fixture.Files.Key), ["ca.crt"] = [1] },
        };

        Assert.Equal(File.ReadAllText(_fixture.Files.Anchors), new IssuerSecret("linkerd/issuer", () => secret, _fixture.Files.Anchors).Read().Anchors);
    }

    [Theory]
    [InlineData("system:serviceaccount:app:web", true)]
    [InlineData("system:serviceaccount:app", false)]
    [InlineData("system:node:app:web", false)]
    [InlineData("system:serviceaccount:app:a.b", false)]
    [InlineData("kubernetes-admin", false)]
    public void Only_service_accounts_have_an_identity(string user, bool valid)
    {
        if (valid)
            Assert.Equal(("app", "web"), WorkloadIdentity.Account(user));
        else
            Assert.True(Assert.Throws<TokenException>(() => WorkloadIdentity.Account(user)).IsInvalid);
    }
}
