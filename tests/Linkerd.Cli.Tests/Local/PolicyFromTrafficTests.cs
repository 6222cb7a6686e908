using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.Cli.Tests.Local;

/// <summary>Policies written from live requests of an embedded cluster, judged before they are applied, then applied. Needs root.</summary>
[Trait("Needs", "mesh"), Collection("a whole mesh")]
public sealed class PolicyFromTrafficTests
{
    [Fact]
    public async Task What_was_observed_goes_on_and_all_else_is_refused()
    {
        await using var cluster = new RunningCluster();
        await cluster.UpAsync();
        await cluster.ApplyAsync(Workloads());
        foreach (var name in (string[])["api", "web"])
            await cluster.KubectlAsync("-n", "shop", "rollout", "status", "deploy/" + name, "--timeout=180s");
        await RunningCluster.UntilAsync(async () => (await cluster.TryKubectlAsync(null, "-n", "linkerd-viz", "rollout", "status", "deploy/tap")).Code == 0, "the tap service");
        await RunningCluster.UntilAsync(async () => await CurlAsync(cluster, "web", "/list") is "200" or "503", "an answer");

        var (code, policies, error) = await RunAsync(cluster, "--tap-duration", "5s");
        Assert.True(code == 0, error);
        Assert.Contains("kind: HTTPRoute", policies, StringComparison.Ordinal);
        var file = Path.Combine(cluster.Home, "policy.yaml");
        await File.WriteAllTextAsync(file, policies, TestContext.Current.CancellationToken);

        // Before they are applied: another client comes, and the dry run says that it would be refused.
        await cluster.KubectlAsync("-n", "shop", "scale", "deploy/bot", "--replicas=1");
        await cluster.KubectlAsync("-n", "shop", "rollout", "status", "deploy/bot", "--timeout=180s");
        JsonNode report = new JsonObject();
        await RunningCluster.UntilAsync(async () =>
        {
            (code, var text, error) = await RunAsync(cluster, "--tap-duration", "3s", "--dry-run", "-f", file, "-o", "json");
            Assert.True(code == 0, error);
            report = JsonNode.Parse(text)!;
            return report["denied"]!.GetValue<long>() > 0;
        }, "a request that would be denied");
        var decisions = report["rows"]!.AsArray().ToLookup(static r => r!["client"]!.GetValue<string>().Split('.')[0], static r => r!["decision"]!.GetValue<string>());
        Assert.All(decisions["web"], static d => Assert.Equal("allowed", d));
        Assert.NotEmpty(decisions["web"]);
        Assert.All(decisions["bot"], static d => Assert.Equal("denied", d));
        Assert.Equal("200", await CurlAsync(cluster, "bot", "/ready"));

        await cluster.ApplyAsync(policies);
        await RunningCluster.UntilAsync(async () => await CurlAsync(cluster, "bot", "/list") == "403", "403 for bot");
        await RunningCluster.UntilAsync(async () => await CurlAsync(cluster, "web", "/list") == "200", "200 for web");
        Assert.Equal("404", await CurlAsync(cluster, "web", "/other"));
        Assert.Equal("404", await CurlAsync(cluster, "web", "/list", "-X", "POST"));
        // The kubelet still gets its answer: a pod that starts under the policies becomes ready.
        await cluster.KubectlAsync("-n", "shop", "rollout", "restart", "deploy/api");
        await cluster.KubectlAsync("-n", "shop", "rollout", "status", "deploy/api", "--timeout=120s");
        await RunningCluster.UntilAsync(async () => await CurlAsync(cluster, "web", "/list") == "200", "200 for web from the new pod");
        Assert.Equal("403", await CurlAsync(cluster, "bot", "/list"));
    }

    private static Task<(int Code, string Out, string Error)> RunAsync(RunningCluster cluster, params string[] flags) =>
        CliRunner.RunAsync("", ["viz", "policy", "-n", "shop", "--tap", "deploy/api", .. flags, "--kubeconfig", Path.Combine(cluster.Home, "kubeconfig")]);

    private static async Task<string> CurlAsync(RunningCluster cluster, string client, string path, params string[] flags) =>
        (await cluster.TryKubectlAsync(null, ["-n", "shop", "exec", "deploy/" + client, "-c", "main", "--", "curl", "-s", "-o", "/dev/null", "-m", "10", "-w", "%{http_code}", .. flags, "http://api.shop:8080" + path])).Text.Trim();

    private static string Workloads()
    {
        var program = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Linkerd.Cli.Tests", "Local", "Monitoring", "app.py"));
        return $$"""
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, annotations: {linkerd.io/inject: enabled} }
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: api, namespace: shop}
            spec: {selector: {app: api}, ports: [{port: 8080}]}
            ---
            {{Deployment("api", 1, "", program)}}
            ---
            {{Deployment("web", 1, "api.shop:8080", program)}}
            ---
            {{Deployment("bot", 0, "api.shop:8080", program)}}
            """;
    }

    private static string Deployment(string name, int replicas, string targets, string program) => $$"""
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: {{name}}, namespace: shop}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{name}}, namespace: shop}
        spec:
          replicas: {{replicas}}
          selector: {matchLabels: {app: {{name}}} }
          template:
            metadata: {labels: {app: {{name}}} }
            spec:
              serviceAccountName: {{name}}
              containers:
              - name: main
                image: host
                command: [python3, -c, {{JsonValue.Create(program).ToJsonString()}}]
                env: [{name: NAME, value: {{name}}}, {name: TARGETS, value: "{{targets}}"}]
                ports: [{containerPort: 8080, name: http}]
                readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 1}
        """;
}
