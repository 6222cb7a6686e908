using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Stats;

namespace Linkerd.Cli.Tests.Local.Monitoring;

/// <content>
/// A metrics-api that scrapes the proxies itself and one that asks Prometheus, which has scraped the same proxies at a pace and at moments of its own.
/// </content>
public sealed partial class MonitoringTests
{
    // Over two minutes; in one, ten seconds between scrapes are a sixth, and a moment in which the machine is busy shows.
    private const double Tolerance = 0.02;

    // The proxies' buckets of latency, in milliseconds.
    private static readonly double[] s_buckets = [1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 100, 200, 300, 400, 500, 1000, 2000, 3000, 4000, 5000, 10_000];

    [Fact]
    public async Task Stat_of_both_sources_agrees()
    {
        using var embedded = new MetricsApi(mesh.Kubeconfig, "on-proxies");
        using var prometheus = new MetricsApi(mesh.Kubeconfig, "on-prometheus");
        await UntilNoneAsync(async () =>
        {
            var wrong = new List<string>();
            foreach (var kind in (string[])["deployment", "statefulset", "daemonset", "replicaset"])
            {
                var (ours, theirs) = (await embedded.StatAsync(kind), await prometheus.StatAsync(kind));
                if (ours.Count == 0 || !ours.Keys.Order().SequenceEqual(theirs.Keys.Order()))
                    wrong.Add($"{kind}: rows {string.Join(',', ours.Keys)} and {string.Join(',', theirs.Keys)}");
                foreach (var (name, here) in ours)
                {
                    if (!theirs.TryGetValue(name, out var there))
                        continue;
                    Compare($"{kind}/{name} requests", here.SuccessCount + here.FailureCount, there.SuccessCount + there.FailureCount, wrong);
                    Compare($"{kind}/{name} success", Share(here), Share(there), wrong);
                    // At the median each source has dozens of requests between two scrapes, which is what irate looks at.
                    CompareBuckets($"{kind}/{name} P50", here.LatencyMsP50, there.LatencyMsP50, wrong);
                }
            }

            return wrong;
        }, seconds: 300);

        static double Share(Api.Viz.BasicStats stats) => (double)stats.SuccessCount / (stats.SuccessCount + stats.FailureCount);
    }

    [Fact]
    public async Task Series_over_time_of_both_sources_agree()
    {
        const string inbound = "namespace=\"shop\", deployment!=\"\", direction=\"inbound\"";
        using var embedded = new MetricsApi(mesh.Kubeconfig, "on-proxies");
        using var prometheus = new MetricsApi(mesh.Kubeconfig, "on-prometheus");
        await UntilNoneAsync(async () =>
        {
            var range = TimeRange.Last(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10), TimeProvider.System);
            var wrong = new List<string>();
            await CompareAsync($"sum(rate(response_total{{{inbound}}}[2m])) by (deployment)", Compare);
            await CompareAsync($"sum(rate(response_total{{{inbound}, classification=\"success\"}}[2m])) by (deployment)", Compare);
            foreach (var quantile in (string[])["0.5", "0.95", "0.99"])
                await CompareAsync($"histogram_quantile({quantile}, sum(rate(response_latency_ms_bucket{{{inbound}}}[2m])) by (le, deployment))", CompareBuckets);
            return wrong;

            async Task CompareAsync(string query, Action<string, double?, double?, List<string>> compare)
            {
                var ours = await embedded.Queries.QueryRangeAsync(query, range, TestContext.Current.CancellationToken);
                var theirs = (await prometheus.Queries.QueryRangeAsync(query, range, TestContext.Current.CancellationToken))
                    .ToDictionary(static s => s.Labels, static s => s.Points.ToDictionary(static p => p.TimeMs, static p => p.Value));
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
        }, seconds: 300);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commands_show_the_traffic_of_policy(bool prometheus)
    {
        string[] source = prometheus ? ["--prometheusURL", mesh.Address] : [];
        await UntilNoneAsync(async () =>
        {
            var wrong = new List<string>();
            var inbound = await RowsAsync(["viz", "stat-inbound", "-n", "shop", "deploy/api", "-o", "json", .. source]);
            // The Server has no routes of its own; who has no identity is refused, and answered by the proxy itself.
            var answered = inbound.Where(static r => r!["server"]!.ToString() == "api" && r["port"]!.ToString() == "8080" && r["route"]!.ToString() == "[default]").ToArray();
            if (answered.Length != 1 || answered[0]!["successesRate"]?.GetValue<double>() is not (> 0.4 and < 0.95) || answered[0]!["latencyMsP99"] is null)
                wrong.Add($"stat-inbound: {inbound.ToJsonString()}");
            var outbound = await RowsAsync(["viz", "stat-outbound", "-n", "shop", "deploy/web", "-o", "json", .. source]);
            foreach (var service in (string[])["api", "db", "agent"])
            {
                var rows = outbound.Where(r => r!["service"]!.ToString() == service && r["port"]!.ToString() == "8080").ToArray();
                if (rows is not [var route, var backend] || backend!["backend"]?.ToString() != service || route!["retryRate"]?.GetValue<double>() != 0 || route["rps"]!.GetValue<double>() is not (> 2 and < 20))
                    wrong.Add($"stat-outbound {service}: {outbound.ToJsonString()}");
            }

            return wrong;
        });
        var (code, table, _) = await mesh.RunAsync(["viz", "stat-outbound", "-n", "shop", "deploy/web", .. source]);
        Assert.Equal(0, code);
        Assert.Matches("(?m)^web    api:8080 +\\[default\\] .*%$", table);
        Assert.Matches("(?m)^ +└─ +─► +api:8080 ", table);
    }

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

    private async Task<JsonArray> RowsAsync(string[] command)
    {
        var (code, output, error) = await mesh.RunAsync(command);
        Assert.True(code == 0, error);
        return JsonNode.Parse(output)!.AsArray();
    }
}
