using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>What a newcomer types, in its order, and what it must say.</summary>
public sealed class WalkthroughTests(MeshFixture mesh)
{
    private const string Demo = "emojivoto";
    private static readonly string[] s_demo = ["emoji", "vote-bot", "voting", "web"];

    [Fact]
    public void Before_the_installation_the_cluster_is_found_fit()
    {
        var check = mesh.Installation.PreCheck;

        Assert.Equal(["kubernetes-api", "kubernetes-version", "gateway-api-crd", "pre-kubernetes-setup"], Categories(check));
        Assert.Contains("√ can create non-namespaced resources\n", check, StringComparison.Ordinal);
        Assert.Contains("√ no clock skew detected\n", check, StringComparison.Ordinal);
        Assert.EndsWith("Status check results are √\n", check, StringComparison.Ordinal);
    }

    [Fact]
    public void Definitions_and_control_plane_are_installed_by_kubectl()
    {
        var (definitions, controlPlane) = (mesh.Installation.Definitions, mesh.Installation.ControlPlane);

        Assert.Contains("Rendering Linkerd CRDs...", definitions.Words, StringComparison.Ordinal);
        Assert.Contains("customresourcedefinition.apiextensions.k8s.io/serviceprofiles.linkerd.io created", definitions.Applied, StringComparison.Ordinal);
        Assert.Equal("", controlPlane.Words);
        Assert.StartsWith("namespace/linkerd created\n", controlPlane.Applied, StringComparison.Ordinal);
        foreach (var deployment in Installation.Deployments)
            Assert.Contains($"deployment.apps/{deployment} created\n", controlPlane.Applied, StringComparison.Ordinal);
        Assert.All(controlPlane.Applied.TrimEnd().Split('\n'), static line => Assert.EndsWith(" created", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Check_finds_nothing_wrong()
    {
        var check = LinkerdCli.Output("check");

        Assert.Equal(
            [
                "kubernetes-api", "kubernetes-version", "gateway-api-crd", "linkerd-existence", "linkerd-config", "linkerd-identity", "linkerd-webhooks-and-apisvc-tls",
                "control-plane-version", "linkerd-control-plane-proxy",
            ],
            Categories(check).Except(["linkerd-version", "linkerd-extension-checks", "linkerd-ha-checks"]));
        Assert.DoesNotContain("×", check, StringComparison.Ordinal);
        Assert.DoesNotContain("‼", check, StringComparison.Ordinal);
        Assert.EndsWith("Status check results are √\n", check, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_application_is_meshed_by_inject_and_talks_over_mTLS()
    {
        Kubectl.Apply(LinkerdCli.Output("demo", "manifest", Demo, "--registry", MeshFixture.Registry));
        try
        {
            // What is read while a rollout goes on is out of date when it is applied.
            foreach (var deployment in s_demo)
                Kubectl.WaitForRollout(Demo, deployment, 300);
            Installation.Wait();
            var (injected, report) = LinkerdCli.Said(Kubectl.Run("get", "-n", Demo, "deploy", "-o", "yaml"), "inject", "-");
            var applied = Kubectl.Apply(injected);
            foreach (var deployment in s_demo)
            {
                Assert.Contains($"deployment \"{deployment}\" injected\n", report, StringComparison.Ordinal);
                Assert.Contains($"deployment.apps/{deployment} configured\n", applied, StringComparison.Ordinal);
            }

            foreach (var deployment in s_demo)
                Kubectl.WaitForRollout(Demo, deployment, 300);

            var check = LinkerdCli.Output("-n", Demo, "check", "--proxy");
            Assert.Contains("linkerd-data-plane\n------------------\n√ data plane namespace exists\n√ data plane proxies are ready\n", check, StringComparison.Ordinal);
            Assert.Contains("√ data plane proxies certificate match CA\n", check, StringComparison.Ordinal);
            Assert.EndsWith("Status check results are √\n", check, StringComparison.Ordinal);

            await Eventually.TrueAsync(
                () => Metrics("app=emoji-svc").Any(static l => l.StartsWith("request_total{", StringComparison.Ordinal) && l.Contains("direction=\"inbound\"", StringComparison.Ordinal)
                    && l.Contains("client_id=\"web.emojivoto.serviceaccount.identity.linkerd.cluster.local\"", StringComparison.Ordinal)),
                "a request that emoji's proxy knows as web's", 60);
        }
        finally
        {
            Kubectl.Run("delete", "namespace", Demo, "--wait=false");
        }

        static IEnumerable<string> Metrics(string selector)
        {
            var pod = JsonNode.Parse(Kubectl.Run("-n", Demo, "get", "pods", "-l", selector, "-o", "json"))!["items"]!.AsArray()
                .First(static p => p!["metadata"]!["deletionTimestamp"] is null && p["metadata"]!["labels"]!["linkerd.io/control-plane-ns"] is not null)!["metadata"]!["name"];
            return Kubectl.Run("get", "--raw", $"/api/v1/namespaces/{Demo}/pods/{pod}:4191/proxy/metrics").Split('\n');
        }
    }

    // A category is a line above a line of dashes of its own length.
    private static List<string> Categories(string check)
    {
        var lines = check.Split('\n');
        return [.. lines.Where((line, i) => line.Length > 0 && i + 1 < lines.Length && lines[i + 1] == new string('-', line.Length))];
    }
}
