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

    private int Validate(string timeout) => Shell.Try(
        "ip", "netns", "exec", _lab.Pod, "dotnet", InitBinary.Path, "network-validator", "--log-format", "plain", "--log-level", "debug",
        "--connect-addr", "10.91.0.77:20001", "--listen-addr", "0.0.0.0:4150", "--timeout", timeout).Code;
}
