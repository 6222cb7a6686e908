using System.Text.Json;
using Linkerd.Stats;
using Linkerd.Stats.Query;
using Linkerd.Stats.Reports;
using Linkerd.Viz.Web.Access;
using Linkerd.Viz.Web.Api.Models;
using Linkerd.Viz.Web.Data;
using Linkerd.Viz.Web.Login;
using TopologyNode = Linkerd.Viz.Web.Api.Models.TopologyNode;

namespace Linkerd.Viz.Web.Api;

/// <summary>The first page, the graph, and lines over time.</summary>
internal sealed class OverviewApi(IMetricsSource source, IClusterView view, SnapshotCache snapshots, History history, TimeProvider time)
{
    // Half an hour is kept by ten seconds, the rest by the minute.
    private static readonly TimeSpan s_fineRange = TimeSpan.FromMinutes(25);
    private static readonly TimeSpan s_fineStep = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_coarseStep = TimeSpan.FromMinutes(1);

    private readonly TimeSeriesReport _series = new(source, time);
    private readonly BoundedTable<TimeSpan, Rendered> _rendered = new(16);

    /// <summary>The calls.</summary>
    public IEnumerable<WebRoute> Routes =>
    [
        new("GET", "/api/overview", Roles.View, OverviewAsync),
        new("GET", "/api/topology", Roles.View, TopologyAsync),
        new("GET", "/api/timeseries", Roles.View, SeriesAsync),
    ];

    /// <summary>The overview of a snapshot.</summary>
    public OverviewAnswer Overview(ClusterFacts facts, Snapshot snapshot)
    {
        var workloads = new List<WorkloadRow>(facts.Workloads.Count);
        var traffic = facts.Namespaces.Keys.ToDictionary(static n => n, static _ => new Traffic());
        var pods = facts.Namespaces.Keys.ToDictionary(static n => n, static _ => new List<PodFacts>());
        foreach (var (key, owned) in facts.Workloads.OrderBy(static w => w.Key))
        {
            workloads.Add(Rows.Of(key, owned, snapshot, Rows.Spark(history, key)));
            if (!traffic.TryGetValue(key.Namespace, out var sum))
                continue;
            pods[key.Namespace].AddRange(owned);
            if (snapshot.Inbound.TryGetValue(key, out var part))
                sum.Add(part);
        }

        return new OverviewAnswer(
            snapshot.Time.ToUnixTimeMilliseconds(), PromDuration.Format(snapshot.Window),
            [.. facts.Namespaces.Keys.Select(ns => Rows.Of(ns, pods[ns], traffic[ns], snapshot.Window))], workloads);
    }

    private async Task OverviewAsync(WebCall call)
    {
        var window = call.Window();
        var ns = call.Name("namespace");
        var snapshot = await snapshots.GetAsync(window, call.Aborted);
        var facts = view.Read();
        if (ns.Length > 0)
        {
            await JsonAnswers.SendAsync(call.Http, Overview(Only(facts, ns), snapshot), WebJson.Default.OverviewAnswer);
            return;
        }

        // Made once for all who look: both objects are replaced, never changed.
        if (!_rendered.TryGet(window, out var rendered) || rendered.Snapshot != snapshot || rendered.Facts != facts)
        {
            rendered = new Rendered(snapshot, facts, JsonSerializer.SerializeToUtf8Bytes(Overview(facts, snapshot), WebJson.Default.OverviewAnswer));
            _rendered.Set(window, rendered);
        }

        await JsonAnswers.SendAsync(call.Http, rendered.Json, "application/json; charset=utf-8");
    }

    private static ClusterFacts Only(ClusterFacts facts, string ns) => new(
        facts.Namespaces.Where(n => n.Key == ns).ToDictionary(static n => n.Key, static n => n.Value),
        facts.Workloads.Where(w => w.Key.Namespace == ns).ToDictionary(static w => w.Key, static w => w.Value), []);

    private async Task TopologyAsync(WebCall call)
    {
        var ns = call.Name("namespace");
        var snapshot = await snapshots.GetAsync(call.Window(), call.Aborted);
        await JsonAnswers.SendAsync(call.Http, Topology(view.Read(), snapshot, ns), WebJson.Default.TopologyAnswer);
    }

    /// <summary>The graph of a namespace and its neighbours, or of everything when it is empty.</summary>
    internal static TopologyAnswer Topology(ClusterFacts facts, Snapshot snapshot, string ns)
    {
        var edges = snapshot.Edges.Where(e => ns.Length == 0 || e.Key.Source.Namespace == ns || e.Key.Destination.Namespace == ns)
            .OrderBy(static e => e.Key.Source).ThenBy(static e => e.Key.Destination).ToList();
        var nodes = new SortedSet<WorkloadKey>(edges.SelectMany(static e => new[] { e.Key.Source, e.Key.Destination }));
        nodes.UnionWith(facts.Workloads.Where(w => (ns.Length == 0 || w.Key.Namespace == ns) && w.Value.Any(static p => p is { Runs: true, Meshed: true })).Select(static w => w.Key));
        return new TopologyAnswer([.. nodes.Select(Node)], [.. edges.Select(e => Rows.Of(e.Key, e.Value, snapshot.Window, facts))]);

        TopologyNode Node(WorkloadKey key)
        {
            var traffic = snapshot.Inbound.GetValueOrDefault(key);
            var meshed = facts.Workloads.TryGetValue(key, out var pods) && pods.Any(static p => p.Meshed);
            return new TopologyNode(key.Id, key.Namespace, key.Kind, key.Name, meshed, traffic?.Success, traffic?.Rps(snapshot.Window), traffic?.Latency(0.99));
        }
    }

    private async Task SeriesAsync(WebCall call)
    {
        var key = call.Workload();
        var resource = new ResourceRef(ResourceKind.Find(key.Kind)!, key.Name, key.Namespace);
        var range = call.Http.Request.Query.ContainsKey("range") ? call.Window("range") : TimeSpan.FromHours(1);
        var step = call.Http.Request.Query["step"].ToString() switch
        {
            "" => range <= s_fineRange ? s_fineStep : s_coarseStep,
            var text => PromDuration.Parse(text) ?? throw new FormatException("step: use a duration such as 10s or 1m"),
        };
        var metrics = call.Http.Request.Query["metric"].ToString();
        var series = new Dictionary<string, IReadOnlyList<IReadOnlyList<double?>>>();
        foreach (var name in metrics.Split(',').Distinct().Take(6))
        {
            var points = await _series.RunAsync(resource, MetricOf(name), range, step, call.Aborted);
            series[name] = [.. points.Select(static IReadOnlyList<double?> (p) => [p.TimeMs, p.Value])];
        }

        if (metrics.Contains(',', StringComparison.Ordinal))
            await JsonAnswers.SendAsync(call.Http, new SeriesSetAnswer(series), WebJson.Default.SeriesSetAnswer);
        else
            await JsonAnswers.SendAsync(call.Http, new SeriesAnswer(series[metrics]), WebJson.Default.SeriesAnswer);
    }

    private static SeriesMetric MetricOf(string name) => name switch
    {
        "success" => SeriesMetric.Success,
        "rps" => SeriesMetric.Rps,
        "p50" => SeriesMetric.P50,
        "p95" => SeriesMetric.P95,
        "p99" => SeriesMetric.P99,
        "tcp" => SeriesMetric.Tcp,
        _ => throw new FormatException("metric: use success, rps, p50, p95, p99 or tcp"),
    };

    private sealed record Rendered(Snapshot Snapshot, ClusterFacts Facts, byte[] Json);
}
