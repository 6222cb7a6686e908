using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>The control plane with three replicas of everything, while it is rolled out, and while parts or all of it are lost.</summary>
public sealed class HighAvailabilityTests
{
    // Two cores carry three control planes' requests only when each asks for little.
    private const string Small = """
        proxy: &small {resources: {cpu: {request: 5m}}}
        policyController: *small
        destinationResources: &requests {cpu: {request: 5m}}
        identityResources: *requests
        proxyInjectorResources: *requests
        spValidatorResources: *requests
        """;

    [Fact]
    public async Task Upgrade_to_high_availability_and_losses_cost_no_request()
    {
        var values = Path.Combine(Directory.CreateTempSubdirectory("e2e-ha").FullName, "small.yaml");
        await File.WriteAllTextAsync(values, Small, TestContext.Current.CancellationToken);
        var load = await Load.StartAsync("http://fleet.e2e.svc.cluster.local/");

        load.Enter("upgrade to three replicas");
        // As the command asks where kube-system is not exempt by its name.
        Kubectl.Run("label", "namespace", "kube-system", "config.linkerd.io/admission-webhooks=disabled", "--overwrite");
        var (words, applied) = LinkerdCli.Apply("upgrade", "--ha", "-f", values);
        Assert.DoesNotContain("warning:", words, StringComparison.Ordinal);
        Installation.Wait(400);
        AssertRelaxed(words);
        Assert.Contains("poddisruptionbudget.policy/linkerd-destination created\n", applied, StringComparison.Ordinal);
        await AssertReplicatedAsync();

        // One replica of each component.
        load.Enter("one replica of each component goes");
        var before = Pods();
        Kubectl.Run(["-n", "linkerd", "delete", "pod", "--wait=false", .. Installation.Deployments.Select(d => Name(before.First(p => Component(p) == d["linkerd-".Length..])))]);
        await load.SucceedAsync(50);
        Installation.Wait();

        load.Enter("the whole control plane goes");
        // All of them at once; whatever is looked up meanwhile comes from what the proxies know.
        Kubectl.Run("-n", "linkerd", "delete", "pod", "--wait=false", "-l", "linkerd.io/control-plane-component");
        await load.SucceedAsync(50);
        Installation.Wait();
        load.Enter("the control plane is back");
        Assert.Empty(Pods().Select(Name).Intersect(before.Select(Name)));
        await AssertReplicatedAsync();

        // Every endpoint is another one now, which only the control plane of now can have told.
        load.Enter("every pod of the server is replaced");
        Kubectl.Run("-n", MeshFixture.Namespace, "rollout", "restart", "deployment/fleet");
        Kubectl.WaitForRollout(MeshFixture.Namespace, "fleet");
        load.Enter("every pod of the server was replaced");
        await load.SucceedAsync(50);
        await load.StopAndAssertAsync();

        var check = LinkerdCli.Output("check");
        Assert.Contains("linkerd-ha-checks\n-----------------\n√ multiple replicas of control plane pods\n", check, StringComparison.Ordinal);

        // Back to one replica: what this setting no longer has is what prune names.
        LinkerdCli.Apply("upgrade", "--controller-replicas", "1", "--set", "enablePodDisruptionBudget=false,enablePodAntiAffinity=false,webhookFailurePolicy=Ignore");
        var pruned = Kubectl.Delete(LinkerdCli.Output("prune"));
        Assert.Equal(
            Installation.Deployments.Select(static d => $"poddisruptionbudget.policy \"{d}\" deleted"),
            pruned.TrimEnd().Split('\n').Select(static l => l.Split(" from ")[0]).Order(StringComparer.Ordinal));
        Installation.Wait();
        Assert.Equal("", LinkerdCli.Output("prune"));
        Kubectl.Run("label", "namespace", "kube-system", "config.linkerd.io/admission-webhooks-");
    }

    private static void AssertRelaxed(string words)
    {
        var nodes = JsonNode.Parse(Kubectl.Run("get", "nodes", "-o", "json"))!["items"]!.AsArray().Count;
        if (nodes < 3)
            Assert.Contains($"note: {nodes} node", words, StringComparison.Ordinal);
        else
            Assert.DoesNotContain("note:", words, StringComparison.Ordinal);
    }

    private static async Task AssertReplicatedAsync()
    {
        foreach (var deployment in Installation.Deployments)
        {
            var status = JsonNode.Parse(Kubectl.Run("-n", "linkerd", "get", "deployment", deployment, "-o", "json"))!["status"]!;
            Assert.Equal((3, 3), (status["replicas"]!.GetValue<int>(), status["readyReplicas"]!.GetValue<int>()));
            await Eventually.TrueAsync(
                () => Kubectl.Run("-n", "linkerd", "get", "poddisruptionbudget", deployment, "-o", "jsonpath={.status.currentHealthy} {.status.disruptionsAllowed} {.spec.maxUnavailable}") == "3 1 1",
                $"a disruption budget of {deployment} that one pod may be taken from", 30);
        }

        await Eventually.TrueAsync(
            () => Pods().Select(Name).Contains(Kubectl.Try(null, "-n", "linkerd", "get", "lease", "policy-controller-write", "-o", "jsonpath={.spec.holderIdentity}").Output),
            "a lease in the hand of a pod that is there", 60);
    }

    private static List<JsonNode> Pods() =>
    [
        .. JsonNode.Parse(Kubectl.Run("-n", "linkerd", "get", "pods", "-l", "linkerd.io/control-plane-component", "-o", "json"))!["items"]!.AsArray()
            .Where(static p => p!["metadata"]!["deletionTimestamp"] is null).Select(static p => p!),
    ];

    private static string Name(JsonNode pod) => pod["metadata"]!["name"]!.GetValue<string>();

    private static string Component(JsonNode pod) => pod["metadata"]!["labels"]!["linkerd.io/control-plane-component"]!.GetValue<string>();
}
