using System.Text.Json.Nodes;
using Linkerd.Checks;
using Linkerd.Cli.Tests.Install;
using Linkerd.Kubernetes;
using Linkerd.Testing;

namespace Linkerd.Cli.Tests.Viz;

/// <summary>The lines of <c>linkerd viz check</c>, with an API server of ours and a metrics-api that is played.</summary>
public sealed class VizCheckTests
{
    private static readonly GroupVersionResource s_apiServices = new("apiregistration.k8s.io", "v1", "apiservices");
    private static readonly GroupVersionResource s_policies = new("policy.linkerd.io", "v1alpha1", "authorizationpolicies");
    private static readonly string[] s_components = ["metrics-api", "prometheus", "tap", "tap-injector", "web"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_line_of_an_extension_that_is_well()
    {
        await using var server = await InstalledAsync();
        await CreatePodAsync(server, "emojivoto", "web-1", "", "all-unauthenticated");
        Assert.Equal(VizCheckReport.Well, await CheckAsync(server, new Probe("emojivoto/web-1"), proxy: true, ns: "emojivoto"));
    }

    [Fact]
    public async Task What_fails_is_named()
    {
        await using var server = await InstalledAsync(prometheus: false);
        await CreatePodAsync(server, "emojivoto", "web-1", "", "deny");
        await CreatePodAsync(server, "linkerd-viz", "bare-1", "bare", policy: null);
        await server.Client.Resource(Resources.Pods, "linkerd-viz").DeleteAsync("web-1", cancel: Cancel);
        await AvailableAsync(server, "False");

        var report = await CheckAsync(server, new Probe { Failures = ["Prometheus is away"] }, proxy: false);

        Assert.Contains("‼ tap API service is running\n    FailedDiscoveryCheck: not yet\n    see https://linkerd.io/2/checks/#l5d-tap-api for hints", report, StringComparison.Ordinal);
        Assert.Contains("‼ linkerd-viz pods are injected\n    could not find proxy container for bare-1 pod\n", report, StringComparison.Ordinal);
        Assert.Contains("‼ viz extension pods are running\n    No running pods for \"web\"\n", report, StringComparison.Ordinal);
        Assert.Contains("× viz extension self-check\n    Prometheus is away\n    see https://linkerd.io/2/checks/#l5d-viz-metrics-api for hints", report, StringComparison.Ordinal);
        // Without a Prometheus of the extension's own there is nothing to check of it.
        Assert.DoesNotContain("prometheus is installed", report, StringComparison.Ordinal);

        var proxies = await CheckAsync(server, new Probe(), proxy: true, ns: "emojivoto");
        Assert.Contains("‼ prometheus is authorized to scrape data plane pods\n    prometheus may not be authorized to scrape the following pods:\n\t* emojivoto/web-1\n    consider running `linkerd viz allow-scrapes`", proxies, StringComparison.Ordinal);
        Assert.Contains("‼ data plane proxy metrics are present in Prometheus\n    Data plane metrics not found for emojivoto/web-1.\n", proxies, StringComparison.Ordinal);
        await server.ApplyAsync((await server.RunAsync(0, "viz", "allow-scrapes", "-n", "emojivoto")).Out);
        Assert.NotNull(await server.Client.Dynamic(s_policies, "AuthorizationPolicy", true, "emojivoto").FindAsync("prometheus-scrape", Cancel));
        Assert.Contains("√ prometheus is authorized", await CheckAsync(server, new Probe(), proxy: true, ns: "emojivoto"), StringComparison.Ordinal);

        Assert.Contains("× data plane namespace exists\n    The \"none\" namespace does not exist\n", await CheckAsync(server, new Probe(), proxy: true, ns: "none"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_parts_end_the_check()
    {
        await using var server = await InstalledAsync();
        await server.Client.Resource(Resources.Secrets, "linkerd-viz").DeleteAsync("tap-k8s-tls", cancel: Cancel);
        Assert.EndsWith("× tap API server has valid cert\n    secrets \"tap-k8s-tls\" not found in namespace linkerd-viz\n    see https://linkerd.io/2/checks/#l5d-tap-cert-valid for hints\n\nStatus check results are ×\n", await CheckAsync(server, new Probe(), proxy: false), StringComparison.Ordinal);
        await server.Client.Dynamic(new GroupVersionResource("rbac.authorization.k8s.io", "v1", "clusterroles"), "ClusterRole", false).DeleteAsync("linkerd-tap-injector", cancel: Cancel);
        Assert.Contains("× linkerd-viz ClusterRoles exist\n    missing ClusterRoles: linkerd-tap-injector\n", await CheckAsync(server, new Probe(), proxy: false), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_extension_the_command_says_so()
    {
        await using var server = await EmbeddedServer.StartAsync();
        Assert.Equal("""
            linkerd-viz
            -----------
            × linkerd-viz Namespace exists
                could not find the linkerd-viz extension: no namespace has the label linkerd.io/extension=viz; install it with: linkerd viz install | kubectl apply -f -
                see https://linkerd.io/2/checks/#l5d-viz-ns-exists for hints

            Status check results are ×

            """, (await server.RunAsync(1, "viz", "check", "--wait", "0s")).Out);
        Assert.Contains("default is not a linkerd-viz namespace", (await server.RunAsync(1, "viz", "check", "--viz-namespace", "default", "--wait", "0s")).Out, StringComparison.Ordinal);
        Assert.Contains("linkerd viz install | kubectl apply -f -", (await server.RunAsync(1, "viz", "stat", "deploy")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_metrics_api_the_command_says_where_to_look()
    {
        await using var server = await InstalledAsync();
        await server.Client.Resource(Resources.Pods, "linkerd-viz").DeleteAsync("metrics-api-1", cancel: Cancel);
        var json = JsonNode.Parse((await server.RunAsync(1, "viz", "check", "-o", "json", "--wait", "0s")).Out)!;
        var check = json["categories"]![0]!["checks"]![1]!;
        Assert.Equal("can initialize the client", check["description"]!.GetValue<string>());
        Assert.Equal("no pod of metrics-api is ready in namespace linkerd-viz; see: kubectl -n linkerd-viz get pods -l component=metrics-api", check["error"]!.GetValue<string>());
    }

    private static async Task<EmbeddedServer> InstalledAsync(bool prometheus = true)
    {
        var server = await EmbeddedServer.StartAsync();
        await server.ApplyAsync((await server.RunAsync(0, "install", "--crds")).Out);
        foreach (var ns in (string[])["linkerd", "emojivoto"])
            await server.ApplyAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {ns}}}}}");
        var manifests = (await server.RunAsync(0, "viz", "install", "--skip-checks", "--set", $"prometheus.enabled={(prometheus ? "true" : "false")}")).Out;
        // Nobody answers for the webhook here.
        await server.ApplyAsync(string.Join("---\n", manifests.Split("---\n").Where(static m => !m.Contains("kind: MutatingWebhookConfiguration", StringComparison.Ordinal))));
        // Nor are there controllers, which make the accounts of namespaces.
        foreach (var ns in (string[])["linkerd-viz", "emojivoto"])
            await server.ApplyAsync($"{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: default, namespace: {ns}}}}}");
        foreach (var component in s_components)
            await CreatePodAsync(server, "linkerd-viz", component + "-1", component, "all-unauthenticated");
        await AvailableAsync(server, "True");
        return server;
    }

    private static Task<JsonObject> AvailableAsync(EmbeddedServer server, string status) => server.Client.Dynamic(s_apiServices, "APIService", false).PatchAsync(
        "v1alpha1.tap.linkerd.io",
        Patch.Merge(JsonNode.Parse($$$"""{"status":{"conditions":[{"type":"Available","status":"{{{status}}}","reason":"FailedDiscoveryCheck","message":"not yet"}]}}""")!.AsObject()),
        "status",
        cancel: Cancel);

    /// <summary>A running pod; one without a policy has no proxy.</summary>
    private static async Task CreatePodAsync(EmbeddedServer server, string ns, string name, string component, string? policy)
    {
        var proxy = policy is null ? "" : $$""", {"name":"linkerd-proxy","image":"proxy:1","env":[{"name":"LINKERD2_PROXY_INBOUND_DEFAULT_POLICY","value":"{{policy}}"}]}""";
        var labels = new JsonObject { ["linkerd.io/extension"] = component.Length == 0 || policy is null ? "none" : "viz", ["component"] = component };
        if (policy is not null)
            labels["linkerd.io/control-plane-ns"] = "linkerd";
        var pods = server.Client.Dynamic(new GroupVersionResource("", "v1", "pods"), "Pod", true, ns);
        await pods.CreateAsync(JsonNode.Parse($$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}","labels":{{{labels.ToJsonString()}}},"annotations":{"linkerd.io/proxy-version":"{{{LinkerdVersion.Current}}}"}},
             "spec":{"containers":[{"name":"app","image":"app:1"}{{{proxy}}}]}}
            """)!.AsObject(), cancel: Cancel);
        var ready = policy is null ? """[{"name":"app","ready":true}]""" : """[{"name":"app","ready":true},{"name":"linkerd-proxy","ready":true}]""";
        await pods.PatchAsync(name, Patch.Merge(JsonNode.Parse($$$"""{"status":{"phase":"Running","podIP":"10.0.0.1","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":{{{ready}}}}}""")!.AsObject()), "status", cancel: Cancel);
    }

    private static async Task<string> CheckAsync(EmbeddedServer server, Probe probe, bool proxy, string? ns = null)
    {
        var options = new CheckOptions
        {
            Viz = new VizCheckOptions { Connect = (_, _, _) => Task.FromResult<IVizProbe>(probe) },
            Proxy = proxy,
            DataPlaneNamespace = ns,
            CliVersion = LinkerdVersion.Current,
            Wait = TimeSpan.Zero,
        };
        using var text = new StringWriter();
        var report = new CheckReport(text, "table", colour: false);
        report.End(await new CheckRunner(options, () => new KubernetesClient(KubernetesConfig.Load(server.Kubeconfig))).RunAsync(report.Add, null, Cancel));
        return text.ToString();
    }

    private sealed class Probe(params string[] pods) : IVizProbe
    {
        public IReadOnlyList<string> Failures { get; init; } = [];

        public Task<IReadOnlyList<string>> SelfCheckAsync(CancellationToken cancellationToken) => Task.FromResult(Failures);

        public Task<IReadOnlySet<string>> PodsWithMetricsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlySet<string>>(pods.ToHashSet(StringComparer.Ordinal));
    }
}
