using Linkerd.Init.Firewall;
using Linkerd.Init.Flags;
using Linkerd.Init.Logging;
using Linkerd.Testing;

namespace Linkerd.Init.Tests;

/// <summary>The command lines, as a contract.</summary>
public sealed class FirewallRulesTests
{
    private static readonly string[] Ports = ["-p", "4143", "-o", "4140"];

    [Theory]
    [InlineData("injected", "--firewall-bin-path iptables-nft --firewall-save-bin-path iptables-nft-save --ipv6=false --incoming-proxy-port 4143 --outgoing-proxy-port 4140 --proxy-uid 2102 --inbound-ports-to-ignore 4190,4191,4567,4568 --outbound-ports-to-ignore 4567,4568")]
    [InlineData("everything", "-p 4143 -o=4140 -u2102 -g 2102 -r 80,443 -r 8080 --inbound-ports-to-ignore 1,2,3,4,5,6,7,8,9,10,11,12,13,14-20,21,22 --outbound-ports-to-ignore 25 --subnets-to-ignore 10.0.0.0/8,fd00::/8 --iptables-mode legacy -w --netns /run/netns/x --timeout-close-wait-secs 3600")]
    [InlineData("plain", "--incoming-proxy-port=4143 --outgoing-proxy-port=4140 --iptables-mode=plain --proxy-uid 0 --proxy-gid 0")]
    public void Simulated_commands(string name, string flags)
    {
        var output = new StringWriter();
        var log = new InitLog(output, TimeProvider.System);
        var options = ProxyInitOptions.Parse([.. flags.Split(' '), "--simulate"]);

        Assert.Equal(0, new ProxyInitCommand(options, log, new CommandRunner(options, log)).Run());

        Golden.Match("Linkerd.Init.Tests", $"simulate-{name}.txt", WithoutTime(output.ToString()));
    }

    [Fact]
    public void An_existing_chain_is_flushed_and_its_jump_kept()
    {
        const string existing = """
            *nat
            :PROXY_INIT_OUTPUT - [0:0]
            -A OUTPUT -m comment --comment "proxy-init/install-proxy-init-output" -j PROXY_INIT_OUTPUT
            COMMIT
            """;
        var commands = new FirewallRules(ProxyInitOptions.Parse(Ports), false, existing, _ => { }).Build().Select(c => string.Join(' ', c)).ToArray();

        Assert.Contains("-t nat -F PROXY_INIT_OUTPUT", commands);
        Assert.Contains("-t nat -N PROXY_INIT_REDIRECT", commands);
        Assert.DoesNotContain(commands, c => c.StartsWith("-t nat -A OUTPUT", StringComparison.Ordinal));
        Assert.Contains(commands, c => c.StartsWith("-t nat -A PREROUTING", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bad_port_is_said_and_left_out()
    {
        var said = new List<string>();
        var options = ProxyInitOptions.Parse([.. Ports, "--inbound-ports-to-ignore", "80,http,9-1,70000"]);

        var commands = new FirewallRules(options, false, "", said.Add).Build();

        Assert.Contains(commands, c => c.Contains("80"));
        Assert.Equal(3, said.Count);
        Assert.Contains("\"http\"", said[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--incoming-proxy-port must be a valid TCP port number", "-o", "4140")]
    [InlineData("--outgoing-proxy-port must be a valid TCP port number", "-p", "4143", "-o", "0")]
    [InlineData("unknown flag: --colour", "--colour")]
    [InlineData("unknown shorthand flag: 'z' in -z", "-z")]
    [InlineData("flag needs an argument: --netns", "--netns")]
    [InlineData("10.0.0.0 is not a valid CIDR address", "-p", "1", "-o", "2", "--subnets-to-ignore", "10.0.0.0")]
    [InlineData("invalid argument \"x\" for \"--proxy-uid\" flag: must be a number", "--proxy-uid", "x")]
    [InlineData("--iptables-mode valid values are only \"legacy\", \"nft\" and \"plain\"", "--iptables-mode", "ebpf")]
    public void Wrong_flags_are_named(string message, params string[] flags) =>
        Assert.Equal(message, Assert.Throws<FlagException>(() => ProxyInitOptions.Parse(flags)).Message);

    [Theory]
    [InlineData("Nft", "iptables-nft", "iptables-nft iptables-nft-save iptables iptables-save")]
    [InlineData("Legacy", "iptables-nft", "iptables-nft iptables-nft-save iptables iptables-save")]
    [InlineData("Nft", "iptables", "iptables-nft iptables iptables-save iptables-legacy iptables-legacy-save")]
    [InlineData("Plain", "iptables-legacy", "iptables iptables-legacy iptables-legacy-save")]
    [InlineData("Nft", "iptables-nft", "")]
    public void Missing_binaries_fall_back(string wanted, string chosen, string available)
    {
        var names = available.Split(' ');
        Assert.Equal(chosen, FirewallTools.Choose(Enum.Parse<IptablesMode>(wanted), false, names.Contains).Command);
    }

    private static string WithoutTime(string log) =>
        string.Concat(log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf(' ') + 1)..] + "\n"));
}
