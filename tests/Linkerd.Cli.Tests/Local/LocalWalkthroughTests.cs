using System.Text.Json.Nodes;

namespace Linkerd.Cli.Tests.Local;

/// <summary>The sequence of the walkthroughs on the embedded cluster, with kubectl and the real CLI: the same commands as on any Kubernetes. Needs root.</summary>
[Trait("Needs", "mesh"), Collection("a whole mesh")]
public sealed class LocalWalkthroughTests
{
    private const string Ok = "Status check results are √\n";
    private static readonly string[] s_controlPlane = ["linkerd-destination", "linkerd-identity", "linkerd-proxy-injector"];
    private static readonly string[] s_quick = ["--registry", "localhost/linkerd-cs", "--set", "controllerReadinessPeriodSeconds=1"];

    [Fact]
    public async Task From_check_pre_to_uninstall()
    {
        await using var cluster = new RunningCluster();
        await cluster.UpAsync("--no-mesh");
        Assert.EndsWith(Ok, await LinkerdAsync(cluster, null, "check", "--pre"), StringComparison.Ordinal);

        Assert.Contains("serviceprofiles.linkerd.io created", await ApplyAsync(cluster, ["install", "--crds"]), StringComparison.Ordinal);
        Assert.Contains("deployment.apps/linkerd-destination created", await ApplyAsync(cluster, ["install", .. s_quick]), StringComparison.Ordinal);
        await RolledOutAsync(cluster, "linkerd", s_controlPlane);
        Assert.EndsWith(Ok, await LinkerdAsync(cluster, null, "check"), StringComparison.Ordinal);

        await cluster.ApplyAsync(Application);
        await RolledOutAsync(cluster, "shop", "web", "client");
        var deployments = await cluster.KubectlAsync("-n", "shop", "get", "deploy", "-o", "yaml");
        var injected = await LinkerdAsync(cluster, deployments, "inject", "-");
        await cluster.ApplyAsync(injected);
        await RolledOutAsync(cluster, "shop", "web", "client");
        Assert.EndsWith(Ok, await LinkerdAsync(cluster, null, "-n", "shop", "check", "--proxy"), StringComparison.Ordinal);
        await MutualTlsAsync(cluster);

        var upgrade = await ApplyAsync(cluster, ["upgrade", "--ha", "--controller-replicas", "2"]);
        Assert.Contains("note: 1 node for 2 replicas: they may share a node (podAntiAffinityPolicy=preferred)", upgrade, StringComparison.Ordinal);
        Assert.Contains("poddisruptionbudget.policy/linkerd-identity created", upgrade, StringComparison.Ordinal);
        await RolledOutAsync(cluster, "linkerd", s_controlPlane);
        Assert.Contains("√ multiple replicas of control plane pods\n", await LinkerdAsync(cluster, null, "check"), StringComparison.Ordinal);
        await MutualTlsAsync(cluster);

        Assert.Contains("Please uninject the following resources", (await cluster.LinkerdApartAsync(null, "uninstall")).Words, StringComparison.Ordinal);
        await cluster.KubectlAsync("delete", "namespace", "shop");
        var (code, removed) = await cluster.TryKubectlAsync(await LinkerdAsync(cluster, null, "uninstall"), "delete", "-f", "-");
        Assert.True(code == 0, removed);
        Assert.Equal("", (await cluster.KubectlAsync("get", "namespaces,customresourcedefinitions,clusterroles,mutatingwebhookconfigurations", "-l", "linkerd.io/control-plane-ns", "-o", "name")).Trim());
    }

    // What the server's proxy says of the client that it has served.
    private static Task MutualTlsAsync(RunningCluster cluster) => RunningCluster.UntilAsync(
        async () =>
        {
            var (_, answer) = await cluster.TryKubectlAsync(null, "-n", "shop", "exec", "deploy/client", "-c", "app", "--", "curl", "-sS", "-m", "5", "http://web/");
            var pods = JsonNode.Parse(await cluster.KubectlAsync("-n", "shop", "get", "pods", "-l", "app=web", "--field-selector=status.phase=Running", "-o", "json"))!["items"]!.AsArray();
            if (!answer.Contains("hello", StringComparison.Ordinal) || pods.FirstOrDefault(static p => p!["metadata"]!["deletionTimestamp"] is null) is not { } pod)
                return false;
            var (_, metrics, _) = await cluster.LinkerdApartAsync(null, "diagnostics", "proxy-metrics", "-n", "shop", $"pod/{pod["metadata"]!["name"]}");
            return metrics.Split('\n').Any(static l => l.StartsWith("request_total{", StringComparison.Ordinal) && l.Contains("direction=\"inbound\"", StringComparison.Ordinal)
                && l.Contains("client_id=\"default.shop.serviceaccount.identity.linkerd.cluster.local\"", StringComparison.Ordinal));
        },
        "a request over mTLS");

    private static async Task RolledOutAsync(RunningCluster cluster, string ns, params string[] deployments)
    {
        foreach (var name in deployments)
            await cluster.KubectlAsync("-n", ns, "rollout", "status", "deploy/" + name, "--timeout=240s");
    }

    private static async Task<string> ApplyAsync(RunningCluster cluster, string[] arguments)
    {
        var (code, manifests, words) = await cluster.LinkerdApartAsync(null, arguments);
        Assert.True(code == 0, $"linkerd {string.Join(' ', arguments)} ended with {code}: {words}");
        var (result, applied) = await cluster.TryKubectlAsync(manifests, "apply", "-f", "-");
        Assert.True(result == 0, applied);
        return words + applied;
    }

    private static async Task<string> LinkerdAsync(RunningCluster cluster, string? input, params string[] arguments)
    {
        var (code, output, words) = await cluster.LinkerdApartAsync(input, arguments);
        Assert.True(code == 0, $"linkerd {string.Join(' ', arguments)} ended with {code}: {output}{words}");
        return output;
    }

    private const string Application = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - name: app
                image: host
                command: [sh, -c, "mkdir -p /tmp/www && echo hello >/tmp/www/index.html && exec python3 -m http.server 8080 --directory /tmp/www"]
                ports: [{containerPort: 8080}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: client, namespace: shop}
        spec:
          selector: {matchLabels: {app: client}}
          template:
            metadata: {labels: {app: client}}
            spec: {containers: [{name: app, image: host, command: [sleep, infinity]}]}
        """;
}
