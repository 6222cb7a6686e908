using Linkerd.Proxy.Discovery;

namespace Linkerd.Proxy.Tests.Discovery;

public sealed class NameSuffixesTests
{
    [Theory]
    [InlineData("web.ns.svc.cluster.local", true)]
    [InlineData("svc.cluster.local", true)]
    [InlineData("notsvc.cluster.local", false)]
    [InlineData("svc.cluster.local.example", false)]
    public void A_domain_holds_itself_and_what_is_below(string name, bool expected)
        => Assert.Equal(expected, NameSuffixes.Contain(["example.org", "svc.cluster.local"], name));

    [Fact]
    public void No_domain_holds_nothing_and_the_root_holds_all()
    {
        Assert.False(NameSuffixes.Contain([], "web"));
        Assert.True(NameSuffixes.Contain([""], "web"));
    }
}
