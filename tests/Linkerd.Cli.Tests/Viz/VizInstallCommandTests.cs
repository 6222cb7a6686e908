using System.Text.Json.Nodes;
using Linkerd.Cli.Tests.Install;

namespace Linkerd.Cli.Tests.Viz;

/// <summary><c>linkerd viz install</c>, <c>uninstall</c>, <c>prune</c> and <c>allow-scrapes</c>.</summary>
public sealed class VizInstallCommandTests
{
    [Fact]
    public async Task The_default_has_a_Prometheus_that_the_dashboard_asks_through_metrics_api()
    {
        var manifests = await RenderAsync();

        Assert.Equal(["metrics-api", "prometheus", "tap", "tap-injector", "web"], Names(manifests, "Deployment").Order(StringComparer.Ordinal));
        Assert.Equal("viz", manifests.Single(static m => Kind(m) == "Namespace")["metadata"]!["labels"]!["linkerd.io/extension"]!.GetValue<string>());
        Assert.All(manifests, static m => Assert.Equal("viz", m["metadata"]!["labels"]!["linkerd.io/extension"]!.GetValue<string>()));
        Assert.Contains("-prometheus-url=http://prometheus.linkerd-viz.svc.cluster.local:9090", Arguments(manifests, "metrics-api"));
        var web = Arguments(manifests, "web");
        Assert.Contains("-prometheus-url=http://metrics-api.linkerd-viz.svc.cluster.local:8086", web);
        Assert.Contains(@"-enforced-host=^(localhost|127\.0\.0\.1|web\.linkerd-viz\.svc\.cluster\.local|web\.linkerd-viz\.svc|\[::1\])(:\d+)?$", web);
        Assert.Equal("ghcr.io/linkerd-cs/viz:" + LinkerdVersion.Current, Container(manifests, "web")["image"]!.GetValue<string>());
        Assert.Equal("ghcr.io/linkerd-cs/prometheus:" + LinkerdVersion.Current, Container(manifests, "prometheus")["image"]!.GetValue<string>());
        Assert.Contains("--storage.tsdb.retention.time=6h", Arguments(manifests, "prometheus"));
        Assert.Contains("-tap-service-name=tap.linkerd-viz.serviceaccount.identity.linkerd.cluster.local", Arguments(manifests, "tap-injector"));
        Assert.All(manifests.Where(static m => Kind(m) == "Deployment"), static m => Assert.Equal("enabled", m["spec"]!["template"]!["metadata"]!["annotations"]!["linkerd.io/inject"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_certificate_that_is_made_is_the_one_that_is_trusted()
    {
        var manifests = await RenderAsync();
        var secret = manifests.Single(static m => Kind(m) == "Secret" && Name(m) == "tap-k8s-tls")["data"]!["tls.crt"]!.GetValue<string>();
        Assert.Equal(secret, manifests.Single(static m => Kind(m) == "APIService")["spec"]!["caBundle"]!.GetValue<string>());
        var webhook = manifests.Single(static m => Kind(m) == "Secret" && Name(m) == "tap-injector-k8s-tls")["data"]!["tls.crt"]!.GetValue<string>();
        Assert.Equal(webhook, manifests.Single(static m => Kind(m) == "MutatingWebhookConfiguration")["webhooks"]![0]!["clientConfig"]!["caBundle"]!.GetValue<string>());
        Assert.NotEqual(secret, webhook);
    }

    [Fact]
    public async Task Without_any_Prometheus_metrics_api_scrapes_itself()
    {
        var manifests = await RenderAsync("--set", "prometheus.enabled=false");
        Assert.Equal(["metrics-api", "tap", "tap-injector", "web"], Names(manifests, "Deployment").Order(StringComparer.Ordinal));
        Assert.Contains("-prometheus-url=embedded", Arguments(manifests, "metrics-api"));
    }

    [Fact]
    public async Task A_Prometheus_elsewhere_is_asked_and_named_on_the_namespace()
    {
        var manifests = await RenderAsync("--set", "prometheus.enabled=false,prometheusUrl=http://prometheus.monitoring:9090");
        Assert.Contains("-prometheus-url=http://prometheus.monitoring:9090", Arguments(manifests, "metrics-api"));
        Assert.Equal("http://prometheus.monitoring:9090", manifests.Single(static m => Kind(m) == "Namespace")["metadata"]!["annotations"]!["viz.linkerd.io/external-prometheus"]!.GetValue<string>());
    }

    [Fact]
    public async Task High_availability_has_replicas_with_budgets()
    {
        var manifests = await RenderAsync("--ha", "--set", "tap.replicas=5");
        Assert.Equal(["tap", "tap-injector"], Names(manifests, "PodDisruptionBudget").Order(StringComparer.Ordinal));
        Assert.Equal(5, Deployment(manifests, "tap")["spec"]!["replicas"]!.GetValue<long>());
        Assert.Equal(3, Deployment(manifests, "tap-injector")["spec"]!["replicas"]!.GetValue<long>());
    }

    [Fact]
    public async Task The_control_plane_must_run_unless_it_is_not_asked_about()
    {
        await using var server = await EmbeddedServer.StartAsync();
        var (output, error) = await server.RunAsync(1, "viz", "install", "--wait", "0s");
        Assert.Empty(output);
        Assert.Contains("× 'linkerd-config' config map exists", error, StringComparison.Ordinal);
        Assert.Contains("The viz extension needs a control plane that runs", error, StringComparison.Ordinal);
        Assert.NotEmpty(EmbeddedServer.Read((await server.RunAsync(0, "viz", "install", "--skip-checks")).Out));
    }

    [Fact]
    public async Task On_a_cluster_of_linkerd_local_there_is_nothing_to_install()
    {
        await using var server = await EmbeddedServer.StartAsync();
        const string Node = """
            apiVersion: v1
            kind: Node
            metadata: {name: local}
            spec: {providerID: "linkerd-local://local"}
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: linkerd-viz}

            """;
        await server.ApplyAsync(Node);
        // One that was started bare has no dashboard: there, the control plane is missing first.
        Assert.Contains("needs a control plane", (await server.RunAsync(1, "viz", "install", "--wait", "0s")).Error, StringComparison.Ordinal);

        await server.ApplyAsync("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: linkerd-viz}
            spec: {selector: {matchLabels: {component: web} }, template: {metadata: {labels: {component: web} }, spec: {containers: [{name: web, image: x}]} } }
            """);
        var (output, error) = await server.RunAsync(0, "viz", "install");
        Assert.Contains("Nothing needs to be installed", error, StringComparison.Ordinal);
        // Nobody asks for the label of the extension, or for metrics-api.
        Assert.StartsWith("linkerd-viz\n-----------\n√ linkerd-viz Namespace exists\n", (await server.RunAsync(0, "viz", "check", "--wait", "0s")).Out, StringComparison.Ordinal);
        Assert.Equal("Namespace/linkerd-viz", Assert.Single(EmbeddedServer.Read(output).Select(static d => $"{Kind(d)}/{Name(d)}")));
        foreach (var flags in (string[][])[["--ha"], ["--set", "jaegerUrl=jaeger:16686"]])
        {
            var (nothing, refusal) = await server.RunAsync(1, ["viz", "install", .. flags]);
            Assert.Empty(nothing);
            Assert.Contains("--ignore-cluster", refusal, StringComparison.Ordinal);
        }

        Assert.NotEmpty(Names(EmbeddedServer.Read((await server.RunAsync(0, "viz", "install", "--ignore-cluster", "--ha")).Out), "Deployment"));
    }

    [Fact]
    public async Task What_the_control_plane_was_installed_with_is_taken_over()
    {
        await using var server = await EmbeddedServer.StartAsync();
        await server.ApplyAsync((await server.RunAsync(0, "install", "-L", "mesh", "--cluster-domain", "cluster.example", "--identity-trust-domain", "trust.example", "--linkerd-cni-enabled")).Out);

        var manifests = EmbeddedServer.Read((await server.RunAsync(0, "viz", "install", "--skip-checks", "-L", "mesh", "--viz-namespace", "viz")).Out);

        Assert.Contains("-tap-service-name=tap.viz.serviceaccount.identity.mesh.trust.example", Arguments(manifests, "tap-injector"));
        Assert.Contains("-prometheus-url=http://metrics-api.viz.svc.cluster.example:8086", Arguments(manifests, "web"));
        Assert.Equal("restricted", manifests.Single(static m => Kind(m) == "Namespace")["metadata"]!["labels"]!["pod-security.kubernetes.io/enforce"]!.GetValue<string>());
        Assert.Equal("mesh", manifests.Single(static m => Kind(m) == "Role")["metadata"]!["namespace"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_was_installed_is_what_is_uninstalled()
    {
        await using var server = await EmbeddedServer.StartAsync();
        Assert.Contains("There is nothing to uninstall", (await server.RunAsync(1, "viz", "uninstall")).Error, StringComparison.Ordinal);
        await server.ApplyAsync((await server.RunAsync(0, "install")).Out);
        var installed = EmbeddedServer.Read((await server.RunAsync(0, "viz", "install", "--skip-checks")).Out);
        await server.ApplyAsync((await server.RunAsync(0, "viz", "install", "--skip-checks")).Out);

        var uninstalled = EmbeddedServer.Read((await server.RunAsync(0, "viz", "uninstall")).Out);

        Assert.Equal(installed.Select(Key).Order(StringComparer.Ordinal), uninstalled.Select(Key).Order(StringComparer.Ordinal));
        Assert.All(uninstalled, static m => Assert.Equal(["apiVersion", "kind", "metadata"], m.Select(static p => p.Key)));
        Assert.Contains("Please uninstall the following extensions before uninstalling the control-plane:\n  * viz", (await server.RunAsync(1, "uninstall")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prune_names_what_the_settings_no_longer_have()
    {
        await using var server = await EmbeddedServer.StartAsync();
        await server.ApplyAsync((await server.RunAsync(0, "install")).Out);
        await server.ApplyAsync((await server.RunAsync(0, "viz", "install", "--skip-checks", "--ha")).Out);
        await server.ApplyAsync((await server.RunAsync(0, "viz", "allow-scrapes", "-n", "default")).Out);

        Assert.Empty((await server.RunAsync(0, "viz", "prune", "--ha")).Out);
        Assert.Equal(
            ["PodDisruptionBudget linkerd-viz/tap", "PodDisruptionBudget linkerd-viz/tap-injector"],
            EmbeddedServer.Read((await server.RunAsync(0, "viz", "prune")).Out).Select(Key).Order(StringComparer.Ordinal));
        var without = EmbeddedServer.Read((await server.RunAsync(0, "viz", "prune", "--ha", "--set", "prometheus.enabled=false")).Out).Select(Key).ToList();
        Assert.Contains("Deployment linkerd-viz/prometheus", without);
        Assert.Contains("Server linkerd-viz/prometheus-admin", without);
        Assert.DoesNotContain("Deployment linkerd-viz/web", without);
    }

    [Fact]
    public async Task Scrapes_and_probes_are_allowed_in_a_namespace()
    {
        var (code, output, error) = await CliRunner.RunAsync("", "viz", "allow-scrapes", "-n", "emojivoto");
        Assert.True(code == 0, error);
        var manifests = EmbeddedServer.Read(output);
        Assert.Equal(
            ["AuthorizationPolicy emojivoto/prometheus-scrape", "AuthorizationPolicy emojivoto/proxy-probes", "HTTPRoute emojivoto/proxy-metrics", "HTTPRoute emojivoto/proxy-probes", "MeshTLSAuthentication emojivoto/prometheus-scrape", "Server emojivoto/proxy-admin"],
            manifests.Select(Key).Order(StringComparer.Ordinal));
        Assert.Equal(
            """[{"kind":"ServiceAccount","name":"prometheus","namespace":"linkerd-viz"},{"kind":"ServiceAccount","name":"metrics-api","namespace":"linkerd-viz"}]""",
            manifests.Single(static m => Kind(m) == "MeshTLSAuthentication")["spec"]!["identityRefs"]!.ToJsonString());
        Assert.StartsWith("{\n  \"apiVersion\": \"policy.linkerd.io/v1beta3\"", (await CliRunner.RunAsync("", "viz", "allow-scrapes", "-n", "emojivoto", "-o", "json")).Item2, StringComparison.Ordinal);
        Assert.NotEqual(0, (await CliRunner.RunAsync("", "viz", "allow-scrapes")).Item1);
    }

    private static async Task<IReadOnlyList<JsonObject>> RenderAsync(params string[] flags)
    {
        var (code, output, error) = await CliRunner.RunAsync("", ["viz", "install", "--ignore-cluster", .. flags]);
        Assert.True(code == 0, error);
        return EmbeddedServer.Read(output);
    }

    private static IEnumerable<string> Names(IEnumerable<JsonObject> manifests, string kind) => manifests.Where(m => Kind(m) == kind).Select(Name);

    private static JsonObject Deployment(IEnumerable<JsonObject> manifests, string name) => manifests.Single(m => Kind(m) == "Deployment" && Name(m) == name);

    private static JsonNode Container(IEnumerable<JsonObject> manifests, string name) => Deployment(manifests, name)["spec"]!["template"]!["spec"]!["containers"]![0]!;

    private static List<string> Arguments(IEnumerable<JsonObject> manifests, string name) => [.. Container(manifests, name)["args"]!.AsArray().Select(static a => a!.GetValue<string>())];

    private static string Key(JsonObject manifest) => $"{Kind(manifest)} {(manifest["metadata"]!["namespace"] is { } ns ? ns + "/" : "")}{Name(manifest)}";

    private static string Kind(JsonObject manifest) => manifest["kind"]!.GetValue<string>();

    private static string Name(JsonObject manifest) => manifest["metadata"]!["name"]!.GetValue<string>();
}
