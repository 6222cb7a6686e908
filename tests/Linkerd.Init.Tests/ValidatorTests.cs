using Linkerd.Init.Firewall;

namespace Linkerd.Init.Tests;

public sealed class ValidatorTests : IDisposable
{
    private readonly NetworkLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Succeeds_only_behind_the_redirect()
    {
        Assert.Equal(95, Validate("500ms"));

        ProxyInitCommand.Run(["-p", "4143", "-o", "4150", "--iptables-mode", "nft", "--netns", _lab.PodNetNs, "--log-level", "error"]);

        Assert.Equal(0, Validate("30s"));
    }

    [Fact]
    public void A_server_that_really_answers_is_no_redirect()
    {
        // The peer's own server, on a port of the lab.
        var (code, output) = Run("30s", "10.91.0.2:80");

        Assert.Equal(95, code);
        Assert.Contains("another server than the validator's own", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_is_told_at_once()
    {
        var (code, output) = Run("30s", "10.91.0.2:82");

        Assert.Equal(95, code);
        Assert.Contains("Unable to connect to validator", output, StringComparison.Ordinal);
        Assert.Contains("ensure iptables rules are rewriting traffic as expected", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signal_ends_it_with_the_same_code()
    {
        var (code, output) = Shell.Try("ip", "netns", "exec", _lab.Pod, "timeout", "-s", "TERM", "3",
            "dotnet", InitBinary.Path, "network-validator", "--connect-addr", "10.91.0.77:20001", "--listen-addr", "0.0.0.0:4151", "--timeout", "60s");

        // timeout(1) passes the command's own code on only with --preserve-status.
        Assert.Equal(124, code);
        Assert.Contains("Killed by SIGTERM", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_sets_the_log()
    {
        var (code, output) = Shell.Try("ip", "netns", "exec", _lab.Pod, "env", "LINKERD_NETWORK_VALIDATOR_LOG_LEVEL=debug", "LINKERD_NETWORK_VALIDATOR_LOG_FORMAT=json",
            "dotnet", InitBinary.Path, "network-validator", "--connect-addr", "10.91.0.2:82", "--listen-addr", "0.0.0.0:4152", "--timeout", "1d");

        Assert.Equal(95, code);
        Assert.Contains("{\"level\":\"debug\",\"msg\":\"connection is under way\"", output, StringComparison.Ordinal);
    }

    private (int Code, string Output) Run(string timeout, string connect) => Shell.Try(
        "ip", "netns", "exec", _lab.Pod, "dotnet", InitBinary.Path, "network-validator", "--log-level", "debug",
        "--connect-addr", connect, "--listen-addr", "0.0.0.0:4150", "--timeout", timeout);

    private int Validate(string timeout) => Shell.Try(
        "ip", "netns", "exec", _lab.Pod, "dotnet", InitBinary.Path, "network-validator", "--log-format", "plain", "--log-level", "debug",
        "--connect-addr", "10.91.0.77:20001", "--listen-addr", "0.0.0.0:4150", "--timeout", timeout).Code;
}
