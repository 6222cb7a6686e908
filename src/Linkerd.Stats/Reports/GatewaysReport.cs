using Linkerd.Stats.Query;

namespace Linkerd.Stats.Reports;

/// <summary>A gateway of another cluster, as this one's probes see it.</summary>
/// <param name="Cluster">The other cluster's name.</param>
/// <param name="Namespace">The gateway's namespace there.</param>
/// <param name="Name">The gateway's Service there.</param>
/// <param name="Alive">Whether the last probes had answers.</param>
/// <param name="PairedServices">Services mirrored from that cluster.</param>
public sealed record GatewayRow(string Cluster, string Namespace, string Name, bool Alive, int PairedServices)
{
    /// <summary>Median latency of probes, milliseconds.</summary>
    public double? LatencyP50 { get; init; }

    /// <summary>95th percentile.</summary>
    public double? LatencyP95 { get; init; }

    /// <summary>99th percentile.</summary>
    public double? LatencyP99 { get; init; }
}

/// <summary>The gateways that service mirrors probe.</summary>
public sealed class GatewaysReport(IMetricsSource metrics, IObjectLister objects)
{
    private const string Cluster = "target_cluster_name";
    private const string By = "gateway_namespace, gateway_name, " + Cluster;

    /// <summary>Sorted by cluster and name; an empty cluster or namespace means all.</summary>
    public async Task<IReadOnlyList<GatewayRow>> RunAsync(string cluster, string gatewayNamespace, TimeSpan window, CancellationToken cancellationToken)
    {
        StatReport.RequireWindow(window);
        var matchers = (cluster.Length == 0 ? $"{Cluster}!=\"\"" : $"{Cluster}={StatQueries.Quote(cluster)}")
            + (gatewayNamespace.Length == 0 ? "" : $",gateway_namespace={StatQueries.Quote(gatewayNamespace)}");
        var alive = metrics.QueryAsync($"max(gateway_alive{{{matchers}}}) by ({By})", cancellationToken);
        var p50 = LatencyAsync("0.5");
        var p95 = LatencyAsync("0.95");
        var p99 = LatencyAsync("0.99");
        var mirrors = objects.ListAsync(Kubernetes.Resources.Services, null, "mirror.linkerd.io/mirrored-service=true", cancellationToken);
        await Task.WhenAll(alive, p50, p95, p99, mirrors);
        var paired = (await mirrors).ToLookup(static s => s.Metadata.Labels?.GetValueOrDefault("mirror.linkerd.io/cluster-name") ?? "");
        var (l50, l95, l99) = (await p50, await p95, await p99);
        return
        [
            .. (await alive).Select(s => new GatewayRow(s.Labels[Cluster], s.Labels["gateway_namespace"], s.Labels["gateway_name"], s.Value > 0, paired[s.Labels[Cluster]].Count())
            {
                LatencyP50 = Traffic.Number(l50, s.Labels),
                LatencyP95 = Traffic.Number(l95, s.Labels),
                LatencyP99 = Traffic.Number(l99, s.Labels),
            }).OrderBy(static g => g.Cluster, StringComparer.Ordinal).ThenBy(static g => g.Name, StringComparer.Ordinal),
        ];

        async Task<Dictionary<LabelSet, double>> LatencyAsync(string quantile) => Traffic.Index(await metrics.QueryAsync(
            $"histogram_quantile({quantile}, sum(irate(gateway_probe_latency_ms_bucket{{{matchers}}}[{PromDuration.Format(window)}])) by (le, {By}))", cancellationToken));
    }
}
