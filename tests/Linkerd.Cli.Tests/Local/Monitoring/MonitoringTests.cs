using Linkerd.Kubernetes.Yaml;
using Linkerd.Stats;
using Linkerd.Testing;

namespace Linkerd.Cli.Tests.Local.Monitoring;

/// <summary>Dashboards, alerts and both sources of statistics against a real Prometheus that scrapes real proxies. Needs root.</summary>
[Trait("Needs", "mesh"), Collection("a whole mesh")]
public sealed partial class MonitoringTests(MonitoredMesh mesh) : IClassFixture<MonitoredMesh>
{
    [Fact]
    public Task Every_query_of_every_panel_has_data() => UntilNoneAsync(EmptyPanelsAsync);

    [Fact]
    public async Task Every_series_that_an_alert_looks_at_is_there()
    {
        var rules = KubernetesYaml.Read(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "grafana", "alerts.yaml"), TestContext.Current.CancellationToken))!;
        var expressions = rules["groups"]!.AsArray().SelectMany(static g => g!["rules"]!.AsArray()).Select(static r => (Alert: r!["alert"]!.GetValue<string>(), Expression: r["expr"]!.GetValue<string>())).ToArray();
        Assert.NotEmpty(expressions);
        await UntilNoneAsync(async () =>
        {
            var missing = new List<string>();
            foreach (var (alert, expression) in expressions)
            {
                foreach (var selector in PromExpression.Selectors(expression))
                {
                    if (!HasData(await mesh.QueryAsync(selector)))
                        missing.Add($"{alert}: {selector}");
                }
            }

            return missing;
        });
    }

    [Fact]
    public async Task The_external_configuration_labels_what_it_scrapes()
    {
        await RunningCluster.UntilAsync(async () => (await mesh.QueryAsync("up{job=\"linkerd-controller\", component=\"policy\"} == 1")).Count == 1, "the controllers");
        var components = (await mesh.QueryAsync("up{job=\"linkerd-controller\"} == 1")).Select(static s => s.Labels["component"]).ToHashSet();
        Assert.Superset((HashSet<string>)["identity", "destination", "policy", "sp-validator", "proxy-injector"], components);
        foreach (var kind in (string[])["deployment", "statefulset", "daemonset", "replicaset", "replicationcontroller", "k8s_job", "cronjob"])
            await RunningCluster.UntilAsync(async () => (await mesh.QueryAsync($"up{{job=\"linkerd-proxy\", namespace=\"shop\", {kind}!=\"\", control_plane_ns=\"linkerd\"}} == 1")).Count > 0, "a proxy of a " + kind);
        // The Job's name is not the scrape job's.
        Assert.Equal("batch", Assert.Single(await mesh.QueryAsync("up{job=\"linkerd-proxy\", app=\"batch\"}")).Labels["k8s_job"]);
    }

    private async Task<IReadOnlyList<string>> EmptyPanelsAsync()
    {
        var empty = new List<string>();
        var metrics = new HashSet<string>();
        foreach (var dashboard in GrafanaDashboard.All())
        {
            var expressions = await dashboard.ExpressionsAsync(mesh);
            Assert.NotEmpty(expressions);
            foreach (var (panel, expression) in expressions)
            {
                if (!HasData(await mesh.QueryAsync(expression)))
                    empty.Add($"{dashboard.Name} / {panel}: {expression}");
                // Zero in place of nothing must not hide a metric that nobody exports.
                foreach (var metric in PromExpression.Selectors(expression).Select(PromExpression.Metric))
                {
                    if (metrics.Add(metric) && (await mesh.QueryAsync($"count({metric})")).Count == 0)
                        empty.Add($"{dashboard.Name} / {panel}: nothing exports {metric}");
                }
            }
        }

        return empty;
    }

    private static bool HasData(IReadOnlyList<VectorSample> vector) => vector.Any(static s => double.IsFinite(s.Value));

    // Rates need a few scrapes, and Jobs start when they start.
    private static async Task UntilNoneAsync(Func<Task<IReadOnlyList<string>>> read, int seconds = 180)
    {
        IReadOnlyList<string> missing = [];
        await RunningCluster.UntilAsync(async () => (missing = await read()).Count == 0, "everything", seconds, () => ", still:\n" + string.Join('\n', missing));
    }
}
