using System.Text.RegularExpressions;

namespace Linkerd.EndToEndTests;

/// <summary>New trust anchors and a new issuer while requests are served.</summary>
public sealed partial class RotationTests
{
    [Fact]
    public async Task Anchors_and_issuer_are_replaced_under_load_without_a_failure_or_a_restart()
    {
        var load = await Load.StartAsync("http://fleet.e2e.svc.cluster.local/");
        var (issuer, anchors, restarts) = (Issuer(), Anchors(), Restarts());

        load.Enter("rotation");
        var (code, output, errors) = LinkerdCli.Try("identity", "rotate", "--yes");
        Assert.True(code == 0, output + errors);
        Assert.Contains("proxies trust the new anchors alone", output, StringComparison.Ordinal);
        load.Enter("rotated");
        await load.SucceedAsync(50);
        Assert.Equal(restarts, Restarts());

        // New pods begin with the new anchors, and connections to them are made anew.
        load.Enter("every pod of the server is replaced");
        Kubectl.Run("-n", MeshFixture.Namespace, "rollout", "restart", "deployment/fleet");
        Kubectl.WaitForRollout(MeshFixture.Namespace, "fleet");
        load.Enter("every pod of the server was replaced");
        await load.SucceedAsync(50);
        await load.StopAndAssertAsync();

        Assert.NotEqual(issuer, Issuer());
        var now = Anchors();
        Assert.Single(CertificateMark().Matches(now));
        Assert.NotEqual(anchors, now);
        Assert.Contains("No rotation is under way", LinkerdCli.Output("identity", "rotate", "--status"), StringComparison.Ordinal);
        var check = LinkerdCli.Output("check", "--proxy");
        Assert.Contains("√ data plane proxies certificate match CA\n", check, StringComparison.Ordinal);
        Assert.EndsWith("Status check results are √\n", check, StringComparison.Ordinal);
    }

    private static string Issuer() =>
        IssuerLine().Match(LinkerdCli.Output("identity", "-n", MeshFixture.Namespace, "-l", "app=client")) is { Success: true } line ? line.Value : throw new InvalidOperationException("linkerd identity shows no issuer");

    private static string Anchors() => Kubectl.Run("-n", "linkerd", "get", "configmap", "linkerd-identity-trust-roots", "-o", "jsonpath={.data.ca-bundle\\.crt}");

    /// <summary>Every pod of mesh and application by its identity, and how often its containers were restarted.</summary>
    private static string Restarts() => string.Concat(((string[])["linkerd", MeshFixture.Namespace]).Select(static ns =>
        Kubectl.Run("-n", ns, "get", "pods", "-o", "jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.status.containerStatuses[*].restartCount}{\"\\n\"}{end}")));

    [GeneratedRegex("Issuer: .*")]
    private static partial Regex IssuerLine();

    [GeneratedRegex("-----BEGIN CERTIFICATE-----")]
    private static partial Regex CertificateMark();
}
