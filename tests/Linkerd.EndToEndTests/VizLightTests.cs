using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>The lightest form of the viz extension, without any Prometheus; and its end.</summary>
public sealed class VizLightTests
{
    private const string Demo = VizExtension.Demo;

    [Fact]
    public async Task Metrics_api_alone_has_the_numbers_and_nothing_is_left_after_the_removal()
    {
        VizExtension.Install("--set", "prometheus.enabled=false");
        try
        {
            VizExtension.StartDemo();
            Assert.DoesNotContain("prometheus", Kubectl.Run("-n", "linkerd-viz", "get", "deploy", "-o", "name"), StringComparison.Ordinal);
            var check = LinkerdCli.Output("viz", "check", "--proxy", "-n", Demo);
            Assert.DoesNotContain("prometheus is installed", check, StringComparison.Ordinal);
            Assert.EndsWith("√ data plane proxy metrics are present in Prometheus\n\nStatus check results are √\n", check, StringComparison.Ordinal);
            await VizExtension.UntilAsync(static o => o.Split('\n').Any(static l => l.StartsWith("web ", StringComparison.Ordinal) && l.Contains("rps", StringComparison.Ordinal)), "rates of web", "viz", "stat", "deploy", "-n", Demo);

            // The same again with a Prometheus, and back: prune names what goes.
            VizExtension.Install();
            var extra = LinkerdCli.Output("viz", "prune", "--set", "prometheus.enabled=false");
            Assert.Contains("kind: Deployment\nmetadata:\n  name: prometheus\n", extra, StringComparison.Ordinal);
            Kubectl.Delete(extra);
            VizExtension.Install("--set", "prometheus.enabled=false");
            Assert.Equal("", LinkerdCli.Output("viz", "prune", "--set", "prometheus.enabled=false"));
        }
        finally
        {
            Kubectl.Run("delete", "namespace", Demo, "--ignore-not-found");
        }

        Kubectl.RunWith(LinkerdCli.Output("viz", "uninstall"), "delete", "-f", "-");
        await Eventually.TrueAsync(static () => VizExtension.Left().Trim().Length == 0, "the end of the extension", 120);
        Assert.Contains("There is nothing to uninstall", LinkerdCli.Try("viz", "uninstall").Errors, StringComparison.Ordinal);
    }
}
