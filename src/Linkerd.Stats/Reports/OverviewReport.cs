using Linkerd.Stats.Query;
using Linkerd.Stats.Store;

namespace Linkerd.Stats.Reports;

/// <summary>Namespaces and workloads with what they are asked and how they answer.</summary>
public sealed class OverviewReport(IMetricsSource metrics, IWorkloadSource workloads, TimeProvider time)
{
    /// <summary>Points of a spark.</summary>
    public const int SparkPoints = 20;

    private const string Inbound = "direction=\"inbound\"";
    private const string InboundTcp = Inbound + ",peer=\"src\"";
    private static readonly TimeSpan SparkStep = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SparkWindow = TimeSpan.FromMinutes(1);

    /// <summary>The overview of one namespace, or (empty) of all.</summary>
    public async Task<Overview> RunAsync(string ns, TimeSpan window, bool sparks, CancellationToken cancellationToken)
    {
        StatReport.RequireWindow(window);
        var scope = ns.Length == 0 ? "" : $",namespace={StatQueries.Quote(ns)}";
        var traffic = new Traffic(metrics, "response", Inbound + scope, WorkloadLabels.Own);
        var listed = ListAsync(ns, cancellationToken);
        var byWorkload = traffic.ReadAsync(window, cancellationToken);
        var byNamespace = new Traffic(metrics, "response", Inbound + scope, "namespace").ReadAsync(window, cancellationToken);
        var by = string.Join(", ", WorkloadLabels.Own);
        var open = TcpAsync($"sum(tcp_open_connections{{{InboundTcp}{scope}}}) by ({by})", cancellationToken);
        var read = TcpAsync($"sum(increase(tcp_read_bytes_total{{{InboundTcp}{scope}}}[{PromDuration.Format(window)}])) by ({by})", cancellationToken);
        var written = TcpAsync($"sum(increase(tcp_write_bytes_total{{{InboundTcp}{scope}}}[{PromDuration.Format(window)}])) by ({by})", cancellationToken);
        var lines = sparks ? SparksAsync(traffic, cancellationToken) : Task.FromResult(new Dictionary<WorkloadId, Sparks>());
        await Task.WhenAll(listed, byWorkload, byNamespace, open, read, written, lines);

        var (stats, tcp, r, w) = (ById(await byWorkload), await open, await read, await written);
        var drawn = await lines;
        var seconds = window.TotalSeconds;
        var rows = (await listed).Select(info =>
        {
            var id = new WorkloadId(info.Namespace, info.Kind, info.Name);
            return new OverviewWorkload(id, info, stats.GetValueOrDefault(id, TrafficStats.None))
            {
                TcpConnections = Find(tcp, id),
                ReadBytesPerSecond = Find(r, id) / seconds,
                WriteBytesPerSecond = Find(w, id) / seconds,
                Sparks = drawn.GetValueOrDefault(id, Sparks.None),
            };
        }).OrderBy(static x => x.Id.Namespace, StringComparer.Ordinal).ThenBy(static x => x.Id.Kind, StringComparer.Ordinal).ThenBy(static x => x.Id.Name, StringComparer.Ordinal).ToArray();
        return new Overview(window, NamespacesOf(rows, await byNamespace), rows);
    }

    private async Task<IReadOnlyList<WorkloadInfo>> ListAsync(string ns, CancellationToken cancellationToken)
    {
        var kinds = ResourceKind.TopLevel.Append(ResourceKind.Find("pod")!);
        var lists = await Task.WhenAll(kinds.Select(k => workloads.ListAsync(new ResourceRef(k, null, ns), "", cancellationToken)));
        return [.. lists.SelectMany(static l => l).Where(static w => !w.Controlled && (w.Running > 0 || w.Failed > 0 || w.Kind is "deployment" or "statefulset" or "daemonset"))];
    }

    private async Task<Dictionary<WorkloadId, double>> TcpAsync(string query, CancellationToken cancellationToken)
    {
        var values = new Dictionary<WorkloadId, double>();
        foreach (var sample in await metrics.QueryAsync(query, cancellationToken))
        {
            if (WorkloadLabels.OwnerOf(sample.Labels) is { } id)
                values[id] = values.GetValueOrDefault(id) + sample.Value;
        }

        return values;
    }

    private async Task<Dictionary<WorkloadId, Sparks>> SparksAsync(Traffic traffic, CancellationToken cancellationToken)
    {
        var range = TimeRange.Last(SparkStep * (SparkPoints - 1), SparkStep, time);
        var responses = metrics.QueryRangeAsync(traffic.Responses(SparkWindow), range, cancellationToken);
        var latency = metrics.QueryRangeAsync(traffic.Latency("0.99", SparkWindow), range, cancellationToken);
        await Task.WhenAll(responses, latency);
        var lines = new Dictionary<WorkloadId, (double[] Good, double[] All, double?[] P99)>();
        foreach (var series in await responses)
        {
            if (WorkloadLabels.OwnerOf(series.Labels) is not { } id)
                continue;
            var line = Line(lines, id);
            foreach (var point in series.Points)
            {
                var at = IndexOf(point, range);
                line.All[at] += point.Value;
                if (series.Labels["classification"] == "success")
                    line.Good[at] += point.Value;
            }
        }

        foreach (var series in await latency)
        {
            if (WorkloadLabels.OwnerOf(series.Labels) is not { } id)
                continue;
            foreach (var point in series.Points.Where(static p => double.IsFinite(p.Value)))
                Line(lines, id).P99[IndexOf(point, range)] = point.Value;
        }

        return lines.ToDictionary(static l => l.Key, static l => new Sparks(
            [.. l.Value.All.Select((all, i) => all > 0 ? l.Value.Good[i] / all : (double?)null)],
            [.. l.Value.All.Select(static all => (double?)(all / SparkWindow.TotalSeconds))],
            l.Value.P99));
    }

    private static (double[] Good, double[] All, double?[] P99) Line(Dictionary<WorkloadId, (double[] Good, double[] All, double?[] P99)> lines, WorkloadId id)
    {
        if (!lines.TryGetValue(id, out var line))
            lines[id] = line = (new double[SparkPoints], new double[SparkPoints], new double?[SparkPoints]);
        return line;
    }

    private static int IndexOf(Point point, TimeRange range) => Math.Clamp((int)((point.TimeMs - range.StartMs) / range.StepMs), 0, SparkPoints - 1);

    private static Dictionary<WorkloadId, TrafficStats> ById(Dictionary<LabelSet, TrafficStats> rows)
    {
        var byId = new Dictionary<WorkloadId, TrafficStats>();
        foreach (var (labels, stats) in rows)
        {
            if (WorkloadLabels.OwnerOf(labels) is { } id && byId.GetValueOrDefault(id, TrafficStats.None).Total <= stats.Total)
                byId[id] = stats;
        }

        return byId;
    }

    private static List<OverviewNamespace> NamespacesOf(IEnumerable<OverviewWorkload> rows, Dictionary<LabelSet, TrafficStats> traffic)
    {
        var byName = traffic.ToDictionary(static t => t.Key["namespace"], static t => t.Value);
        return
        [
            .. rows.GroupBy(static r => r.Id.Namespace).Select(g => new OverviewNamespace(
                g.Key, g.Sum(static r => r.Info.Meshed ?? 0), g.Sum(static r => r.Info.Running), byName.GetValueOrDefault(g.Key, TrafficStats.None))),
        ];
    }

    private static double? Find(Dictionary<WorkloadId, double> values, WorkloadId id) => values.TryGetValue(id, out var value) && double.IsFinite(value) ? value : null;
}
