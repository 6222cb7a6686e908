using Linkerd.Init.Firewall;

namespace Linkerd.Init.Tests;

/// <summary>proxy-init on real tables: where connections really go.</summary>
public sealed class ProxyInitTests : IDisposable
{
    private static readonly string[] Injected =
    [
        "--incoming-proxy-port", "4143", "--outgoing-proxy-port", "4140", "--proxy-uid", "2102", "--inbound-ports-to-ignore", "4190,4191,4567-4568",
        "--outbound-ports-to-ignore", "3306,4000-4001",
    ];

    private readonly NetworkLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    [InlineData("plain")]
    public void Traffic_goes_through_the_proxy_in_both_families(string mode)
    {
        Assert.Equal(0, Run("--iptables-mode", mode));

        Assert.Equal("4143 10.91.0.1:80", _lab.Connect(_lab.Peer, "10.91.0.1:80"));
        Assert.Equal("4143 [fd91::1]:80", _lab.Connect(_lab.Peer, "[fd91::1]:80"));
        Assert.Equal("4140 10.91.0.2:80", _lab.Connect(_lab.Pod, "10.91.0.2:80"));
        Assert.Equal("4140 [fd91::2]:80", _lab.Connect(_lab.Pod, "[fd91::2]:80"));
    }

    [Fact]
    public void The_proxys_own_traffic_is_left_alone()
    {
        Run("--iptables-mode", "nft");

        Assert.Equal("80", Port(_lab.Connect(_lab.Pod, "10.91.0.2:80", uid: 2102)));
        Assert.Equal("80", Port(_lab.Connect(_lab.Pod, "[fd91::2]:80", uid: 2102)));
        Assert.Equal("4140", Port(_lab.Connect(_lab.Pod, "10.91.0.2:80", uid: 2103)));
    }

    [Fact]
    public void A_proxy_is_known_by_its_group_too()
    {
        Run("--iptables-mode", "nft", "--proxy-gid", "2202");

        Assert.Equal("80", Port(_lab.Connect(_lab.Pod, "10.91.0.2:80", uid: 1000, gid: 2202)));
        Assert.Equal("4140", Port(_lab.Connect(_lab.Pod, "10.91.0.2:80", uid: 1000, gid: 1000)));
    }

    [Fact]
    public void Loopback_is_left_alone()
    {
        Run("--iptables-mode", "nft");

        Assert.Equal("80", Port(_lab.Connect(_lab.Pod, "127.0.0.1:80")));
        Assert.Equal("80", Port(_lab.Connect(_lab.Pod, "[::1]:80")));
        Assert.Equal("80", Port(_lab.Connect(_lab.Pod, "10.91.0.1:80")));
    }

    [Fact]
    public void Skipped_ports_and_ranges_are_left_alone()
    {
        Run("--iptables-mode", "nft", "--inbound-ports-to-ignore", "80-82");

        Assert.Equal("80", Port(_lab.Connect(_lab.Peer, "10.91.0.1:80")));
        Assert.Equal("81", Port(_lab.Connect(_lab.Peer, "10.91.0.1:81")));
        Assert.Equal("4190", Port(_lab.Connect(_lab.Peer, "10.91.0.1:4190")));
        Assert.Equal("4143", Port(_lab.Connect(_lab.Peer, "10.91.0.1:99")));
        Assert.Equal("3306", Port(_lab.Connect(_lab.Pod, "10.91.0.2:3306")));
        Assert.Equal("4140", Port(_lab.Connect(_lab.Pod, "10.91.0.2:81")));
    }

    [Fact]
    public void Skipped_subnets_are_left_alone_inbound_only()
    {
        Assert.Equal(0, Run("--iptables-mode", "nft", "--subnets-to-ignore", "10.91.0.0/24,fd91::/64"));

        Assert.Equal("80", Port(_lab.Connect(_lab.Peer, "10.91.0.1:80")));
        Assert.Equal("80", Port(_lab.Connect(_lab.Peer, "[fd91::1]:80")));
        Assert.Equal("4140", Port(_lab.Connect(_lab.Pod, "10.91.0.2:80")));
    }

    [Fact]
    public void Listed_ports_alone_are_redirected()
    {
        Run("--iptables-mode", "nft", "--ports-to-redirect", "80");

        Assert.Equal("4143", Port(_lab.Connect(_lab.Peer, "10.91.0.1:80")));
        Assert.Equal("81", Port(_lab.Connect(_lab.Peer, "10.91.0.1:81")));
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public void Running_again_changes_nothing(string mode)
    {
        Run("--iptables-mode", mode);
        var first = Chains(_lab.Rules($"iptables-{mode}-save"));

        Assert.Equal(0, Run("--iptables-mode", mode));

        Assert.Equal(first, Chains(_lab.Rules($"iptables-{mode}-save")));
        Assert.Single(first, r => r.StartsWith("-A PREROUTING", StringComparison.Ordinal));
        Assert.Single(first, r => r.StartsWith("-A OUTPUT", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_ipv6_its_tables_stay_empty()
    {
        Run("--iptables-mode", "nft", "--ipv6=false");

        Assert.Equal("80", Port(_lab.Connect(_lab.Peer, "[fd91::1]:80")));
        Assert.Equal("4143", Port(_lab.Connect(_lab.Peer, "10.91.0.1:80")));
    }

    [Fact]
    public void The_wait_flag_is_taken() => Assert.Equal(0, Run("--iptables-mode", "legacy", "-w"));

    [Fact]
    public void A_failing_command_fails_the_program() =>
        Assert.NotEqual(0, ProxyInitCommand.Run([.. Injected, "--netns", "/run/netns/there-is-no-such-namespace"]));

    private static string Port(string answer) => answer.Split(' ')[0];

    private static string[] Chains(string rules) => [.. rules.Split('\n').Where(r => r.StartsWith("-A ", StringComparison.Ordinal))];

    private int Run(params string[] flags) => ProxyInitCommand.Run([.. Injected, "--netns", _lab.PodNetNs, "--log-level", "error", .. flags]);
}
