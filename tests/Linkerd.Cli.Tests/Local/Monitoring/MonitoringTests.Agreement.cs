using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Stats;
using Linkerd.Stats.Prometheus;

namespace Linkerd.Cli.Tests.Local.Monitoring;

/// <content>The embedded source and Prometheus have scraped the same proxies, each at its own pace and moments.</content>
public sealed partial class MonitoringTests
{
    private const double Tolerance = 0.02;

    // The proxies' buckets of latency, in milliseconds.
    private static readonly double[] s_buckets = [1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 100, 200, 300, 400, 500, 1000, 2000, 3000, 4000, 5000, 10_000];

    [Fact]
    public Task Stat_of_both_sources_agrees() => UntilNoneAsync(async () =>
    {
        var (ours, theirs) = (await StatAsync(), await StatAsync("--prometheusURL", mesh.Address));
        var wrong = new List<string>();
        foreach (var name in (string[])["deployment/web", "deployment/api", "statefulset/db", "daemonset/agent"])
        {
            if (!ours.TryGetValue(name, out var here) || !theirs.TryGetValue(name, out var there))
            {
                wrong.Add($"{name}: a source has no row");
                continue;
            }

            foreach (var field in (string[])["success", "rps"])
                Compare($"{name} {field}", Number(here, field), Number(there, field), wrong);
            // At the median each source has dozens of requests between two scrapes, which is what irate looks at.
            CompareBuckets($"{name} latency_ms_p50", Number(here, "latency_ms_p50"), Number(there, "latency_ms_p50"), wrong);
        }

        return wrong;
    });

    [Fact]
    public Task Series_over_time_of_both_sources_agree() => UntilNoneAsync(async () =>
    {
        const string inbound = "namespace=\"shop\", deployment!=\"\", direction=\"inbound\"";
        using var client = new KubernetesClient(KubernetesConfig.Load(mesh.Kubeconfig));
        var embedded = PrometheusSource.Through(client, Commands.Viz.VizOptions.LocalPath);
        var range = TimeRange.Last(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10), TimeProvider.System);
        var wrong = new List<string>();
        await CompareAsync($"sum(rate(response_total{{{inbound}}}[1m])) by (deployment)", static (_, a, b, into) => Compare(_, a, b, into));
        foreach (var quantile in (string[])["0.5", "0.95", "0.99"])
            await CompareAsync($"histogram_quantile({quantile}, sum(rate(response_latency_ms_bucket{{{inbound}}}[1m])) by (le, deployment))", static (_, a, b, into) => CompareBuckets(_, a, b, into));
        return wrong;

        async Task CompareAsync(string query, Action<string, double?, double?, List<string>> compare)
        {
            var ours = await embedded.QueryRangeAsync(query, range, TestContext.Current.CancellationToken);
            var theirs = (await mesh.Prometheus.QueryRangeAsync(query, range, TestContext.Current.CancellationToken)).ToDictionary(static s => s.Labels, static s => s.Points.ToDictionary(static p => p.TimeMs, static p => p.Value));
            if (ours.Count < 2)
                wrong.Add($"{query}: {ours.Count} rows");
            foreach (var row in ours)
            {
                foreach (var point in row.Points)
                    compare($"{query} {row.Labels} at {point.TimeMs}", point.Value, theirs.GetValueOrDefault(row.Labels, []).TryGetValue(point.TimeMs, out var value) ? value : null, wrong);
                if (row.Points.Count < range.Count)
                    wrong.Add($"{query} {row.Labels}: {row.Points.Count} points");
            }
        }
    });

    private static void Compare(string what, double? ours, double? theirs, List<string> wrong)
    {
        if (ours is not { } a || theirs is not { } b || Math.Abs(a - b) > Tolerance * b)
            wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: embedded {ours}, Prometheus {theirs}"));
    }

    private static void CompareBuckets(string what, double? ours, double? theirs, List<string> wrong)
    {
        if (ours is not { } a || theirs is not { } b || Math.Abs(Bucket(a) - Bucket(b)) > 1)
            wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: embedded {ours} ms, Prometheus {theirs} ms"));

        static int Bucket(double ms) => Array.FindIndex(s_buckets, limit => ms <= limit) is >= 0 and var found ? found : s_buckets.Length;
    }

    private static double? Number(JsonNode row, string field) => row[field]?.GetValue<double>();

    private async Task<Dictionary<string, JsonNode>> StatAsync(params string[] flags)
    {
        var (code, output, error) = await mesh.RunAsync(["viz", "stat", "deploy,sts,ds", "-n", "shop", "-o", "json", .. flags]);
        Assert.True(code == 0, error);
        return JsonNode.Parse(output)!.AsArray().ToDictionary(static r => $"{r!["kind"]}/{r["name"]}", static r => r!);
    }
}
