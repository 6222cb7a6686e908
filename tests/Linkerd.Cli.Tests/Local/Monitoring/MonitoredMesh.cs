using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linkerd.Stats;
using Linkerd.Stats.Prometheus;
using Linkerd.Testing;

namespace Linkerd.Cli.Tests.Local.Monitoring;

/// <summary>
/// An embedded cluster with a workload of each kind under load, and a real Prometheus in it that scrapes them as docs/tasks/prometheus.md says,
/// only faster. Of that page's configuration nothing is changed but the pace and the discovery, which Debian's build has not.
/// </summary>
public sealed partial class MonitoredMesh : IAsyncLifetime
{
    /// <summary>Five scrapes: what Grafana takes for $__rate_interval is four at least.</summary>
    public const string RateInterval = "10s";

    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "Linkerd.Cli.Tests", "Local", "Monitoring");
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private Process? _forward;

    internal RunningCluster Cluster { get; } = new();

    internal string Kubeconfig => Path.Combine(Cluster.Home, "kubeconfig");

    /// <summary>Where Prometheus is.</summary>
    internal string Address { get; private set; } = "";

    /// <summary>Prometheus, as the commands see it.</summary>
    internal IMetricsSource Prometheus => PrometheusSource.At(_http, new Uri(Address));

    public async ValueTask InitializeAsync()
    {
        await Cluster.UpAsync();
        var app = File.ReadAllText(Path.Combine(s_folder, "app.py"));
        await Cluster.ApplyAsync(Container().Replace(File.ReadAllText(Path.Combine(s_folder, "mesh.yaml")), m => Json(m.Groups["name"].Value, m.Groups["targets"].Value, app)));
        await AdoptAsync();
        await Cluster.KubectlAsync("-n", "shop", "create", "job", "--from=cronjob/nightly", "nightly-1");
        await Cluster.KubectlAsync("create", "ns", "monitoring");
        await Cluster.KubectlAsync("-n", "monitoring", "create", "configmap", "prometheus", "--from-file=" + WriteConfiguration(), "--from-file=" + Path.Combine(s_folder, "discovery.py"), "--from-file=" + Path.Combine(Repository.Root, "grafana", "alerts.yaml"));
        await Cluster.ApplyAsync(File.ReadAllText(Path.Combine(s_folder, "prometheus.yaml")));
        await Cluster.KubectlAsync("-n", "shop", "wait", "pods", "--all", "--for=condition=Ready", "--timeout=180s");
        foreach (var name in (string[])["deploy/web", "deploy/api", "sts/db", "ds/agent"])
            await Cluster.KubectlAsync("-n", "shop", "rollout", "status", name, "--timeout=180s");
        await Cluster.KubectlAsync("-n", "monitoring", "rollout", "status", "deploy/prometheus", "--timeout=120s");
        await Cluster.KubectlAsync("-n", "monitoring", "wait", "pods", "--all", "--for=condition=Ready", "--timeout=120s");
        _forward = Cluster.Start("kubectl", "-n", "monitoring", "port-forward", "svc/prometheus", ":9090");
        var line = await _forward.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? await _forward.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Address = "http://127.0.0.1:" + LocalPort().Match(line).Groups[1].Value;
    }

    public async ValueTask DisposeAsync()
    {
        _forward?.Kill();
        _forward?.Dispose();
        _http.Dispose();
        await Cluster.DisposeAsync();
    }

    /// <summary>Runs linkerd in this process against the cluster.</summary>
    internal Task<(int Code, string Out, string Error)> RunAsync(params string[] arguments) => CliRunner.RunAsync("", [.. arguments, "--kubeconfig", Kubeconfig]);

    /// <summary>The vector that Prometheus answers with; its own words in the exception where it refuses.</summary>
    internal Task<IReadOnlyList<VectorSample>> QueryAsync(string query) => Prometheus.QueryAsync(query, TestContext.Current.CancellationToken);

    // The embedded cluster has no controller of ReplicationControllers: its pod is made as that controller would.
    private async Task AdoptAsync()
    {
        var old = JsonNode.Parse(await Cluster.KubectlAsync("-n", "shop", "get", "rc/old", "-o", "json"))!;
        var pod = old["spec"]!["template"]!.DeepClone();
        pod["apiVersion"] = "v1";
        pod["kind"] = "Pod";
        var metadata = pod["metadata"]!;
        metadata["name"] = "old-x7k2p";
        metadata["namespace"] = "shop";
        metadata["ownerReferences"] = JsonNode.Parse($$"""[{"apiVersion":"v1","kind":"ReplicationController","name":"old","uid":"{{old["metadata"]!["uid"]}}","controller":true}]""");
        await Cluster.ApplyAsync(pod.ToJsonString());
    }

    private string WriteConfiguration()
    {
        var jobs = File.ReadAllText(Path.Combine(Repository.Root, "manifests", "prometheus-scrape-configs.yaml"))
            .Replace("scrape_interval: 10s", "scrape_interval: 2s", StringComparison.Ordinal)
            .Replace("  kubernetes_sd_configs:\n  - role: pod\n    namespaces:\n      names: [linkerd, linkerd-viz]\n", "  file_sd_configs: [{files: [/sd/control-plane.json], refresh_interval: 1s}]\n", StringComparison.Ordinal)
            .Replace("  kubernetes_sd_configs:\n  - role: pod\n", "  file_sd_configs: [{files: [/sd/all.json], refresh_interval: 1s}]\n", StringComparison.Ordinal);
        Assert.DoesNotContain("kubernetes_sd", jobs, StringComparison.Ordinal);
        var text = new StringBuilder("global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 2s}\nrule_files: [/config/alerts.yaml]\nscrape_configs:\n")
            .Append("- job_name: prometheus\n  static_configs: [{targets: ['localhost:9090']}]\n")
            .Append("- job_name: pages\n  static_configs: [{targets: ['127.0.0.1:9100']}]\n")
            .Append(jobs);
        var file = Path.Combine(Cluster.Home, "prometheus.yaml");
        File.WriteAllText(file, text.ToString());
        return file;
    }

    private static string Json(string name, string targets, string program) => new JsonObject
    {
        ["name"] = "main",
        ["image"] = "host",
        ["command"] = new JsonArray("python3", "-c", program),
        ["env"] = new JsonArray(
            new JsonObject { ["name"] = "NAME", ["value"] = name },
            new JsonObject { ["name"] = "TARGETS", ["value"] = targets }),
        ["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 8080, ["name"] = "http" }),
        ["readinessProbe"] = JsonNode.Parse("""{"tcpSocket":{"port":8080},"periodSeconds":1}"""),
    }.ToJsonString();

    [GeneratedRegex("""@APP\((?<name>\w+), "(?<targets>[^"]*)"\)@""", RegexOptions.ExplicitCapture)]
    private static partial Regex Container();

    [GeneratedRegex("127\\.0\\.0\\.1:([0-9]+) ")]
    private static partial Regex LocalPort();
}
