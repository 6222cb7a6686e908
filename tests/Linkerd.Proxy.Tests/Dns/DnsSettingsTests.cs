using Linkerd.Proxy.Dns;

namespace Linkerd.Proxy.Tests.Dns;

public sealed class DnsSettingsTests
{
    [Fact]
    public void A_pods_file_is_understood()
    {
        DnsSettings settings = DnsSettings.Parse("search emojivoto.svc.cluster.local svc.cluster.local cluster.local.\nnameserver 10.96.0.10\noptions ndots:5 timeout:3 attempts:9 rotate\n");
        Assert.Equal("10.96.0.10:53", Assert.Single(settings.Servers).ToString());
        Assert.Equal(["emojivoto.svc.cluster.local", "svc.cluster.local", "cluster.local"], settings.Search);
        Assert.Equal((5, TimeSpan.FromSeconds(3), 5), (settings.Ndots, settings.Timeout, settings.Attempts));
    }

    [Fact]
    public void Nonsense_is_passed_over_and_everything_is_bounded()
    {
        DnsSettings settings = DnsSettings.Parse("; comment\n# more\nnameserver\nnameserver nonsense\nnameserver fd00::53\n"
            + string.Concat(Enumerable.Repeat("nameserver 10.0.0.1\n", 10)) + "options ndots:99 timeout:0 attempts:0 timeout:x\nsearch " + string.Join(' ', Enumerable.Range(0, 100).Select(i => $"d{i}")));
        Assert.Equal(3, settings.Servers.Count);
        Assert.Equal("[fd00::53]:53", settings.Servers[0].ToString());
        Assert.Equal(32, settings.Search.Count);
        Assert.Equal((15, TimeSpan.FromSeconds(1), 1), (settings.Ndots, settings.Timeout, settings.Attempts));
        Assert.Equal("127.0.0.1:53", Assert.Single(DnsSettings.Parse("").Servers).ToString());
    }

    [Theory]
    [InlineData("web", "web.a web.b web")]
    [InlineData("web.ns", "web.ns.a web.ns.b web.ns")]
    [InlineData("web.ns.svc", "web.ns.svc web.ns.svc.a web.ns.svc.b")]
    public void Few_dots_make_a_name_short(string name, string expected)
        => Assert.Equal(expected, string.Join(' ', DnsSettings.Parse("search a b\noptions ndots:2\n").Candidates(name, isFull: false)));

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("ä.test")]
    public void What_is_no_name_is_not_asked(string name) => Assert.Null(DnsMessage.EncodeQuery(1, name, DnsRecordType.A));

    [Fact]
    public void Names_have_their_limits()
    {
        Assert.Null(DnsMessage.EncodeQuery(1, new string('a', 64), DnsRecordType.A));
        Assert.NotNull(DnsMessage.EncodeQuery(1, new string('a', 63), DnsRecordType.A));
        Assert.Null(DnsMessage.EncodeQuery(1, string.Join('.', Enumerable.Repeat(new string('a', 63), 4)), DnsRecordType.A));
    }
}
