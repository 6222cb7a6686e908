using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Proxy.Identity;

namespace Linkerd.Proxy.Tests.Identity;

public sealed class KeptAnchorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("anchors").FullName;

    private string File => Path.Combine(_folder, "trust-anchors.pem");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_kept_is_read_by_a_proxy_of_the_same_environment()
    {
        TrustAnchorSet environment = Anchor("old");
        TrustAnchorSet sent = Anchor("new");
        Assert.Null(new KeptAnchors(_folder, environment).Write(sent));
        Assert.Equal(sent, new KeptAnchors(_folder, environment).Read());
        Assert.Null(new KeptAnchors(_folder, Anchor("other")).Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("# environment: \n")]
    public void What_cannot_be_read_does_not_count(string text)
    {
        TrustAnchorSet environment = Anchor("old");
        Assert.Null(new KeptAnchors(_folder, environment).Read());
        System.IO.File.WriteAllText(File, text);
        Assert.Null(new KeptAnchors(_folder, environment).Read());
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_told()
        => Assert.Contains("missing", new KeptAnchors(Path.Combine(_folder, "missing"), Anchor("old")).Write(Anchor("new")), StringComparison.Ordinal);

    private static TrustAnchorSet Anchor(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        return TrustAnchorSet.Parse(certificate.ExportCertificatePem())!;
    }
}
