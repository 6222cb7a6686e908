using Linkerd.Proxy.Identity;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Identity;

public sealed class CertificateFactsTests
{
    [Theory]
    [InlineData("web.ns.serviceaccount.identity.linkerd.cluster.local")]
    [InlineData("spiffe://root.linkerd.cluster.local/web")]
    public void Names_and_times_are_read(string name)
    {
        using var authority = new TestAuthority();
        TestLeaf leaf = authority.Issue(name);
        CertificateFacts facts = CertificateFacts.Read(leaf.Der);
        Assert.Equal([name], facts.Names);
        Assert.Equal(leaf.Certificate.NotAfter.ToUniversalTime(), facts.NotAfter.UtcDateTime);
        Assert.Equal(leaf.Certificate.NotBefore.ToUniversalTime(), facts.NotBefore.UtcDateTime);
    }

    [Fact]
    public void Anything_else_is_refused()
    {
        Assert.Throws<CertificateException>(() => CertificateFacts.Read(new byte[] { 0x30, 0x03, 1, 2, 3 }));
        Assert.Throws<CertificateException>(() => CertificateFacts.Read(Array.Empty<byte>()));
    }

    [Fact]
    public void Anchors_are_known_by_their_hashes()
    {
        using var one = new TestAuthority("one");
        using var two = new TestAuthority("two");
        TrustAnchorSet both = TrustAnchorSet.Parse(one.Pem + "\n" + two.Pem)!;
        Assert.Equal(2, both.Hashes.Count);
        Assert.Equal(both, TrustAnchorSet.Parse(two.Pem + "\n# comment\n" + one.Pem));
        Assert.Contains(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(one.Certificate.RawData)), both.Hashes);
        Assert.Null(TrustAnchorSet.Parse("nothing"));
    }

    [Theory]
    [InlineData(86_400, 60_480)]
    [InlineData(10, 10)]
    [InlineData(1_000_000, 86_400)]
    [Proves("6.3 refresh")]
    public void A_certificate_is_renewed_at_seventy_per_cent_within_bounds(int remaining, int expected)
        => Assert.Equal(TimeSpan.FromSeconds(expected), CertifyProvider.RefreshIn(TimeSpan.FromSeconds(remaining), TimeSpan.FromSeconds(10), TimeSpan.FromHours(24)));
}
