using Linkerd.Stats;

namespace Linkerd.Viz.Web.Data;

/// <summary>Takes snapshots: some ten queries over all workloads at once, not one per workload.</summary>
internal sealed class SnapshotReader(IMetricsSource source, TimeProvider time)
{
    private const string Inbound = "direction=\"inbound\"";
    private const string Outbound = "direction=\"outbound\"";
    private readonly TrafficQueries _queries = new(source);

    /// <summary>Takes one over <paramref name="window"/>.</summary>
    public async Task<Snapshot> ReadAsync(TimeSpan window, CancellationToken cancel)
    {
        var at = time.GetUtcNow();
        var owned = _queries.AskAsync(Inbound, WorkloadKey.Labels, Key, window, tcp: true, cancel);
        // Pods without an owner; those with one would multiply the rows.
        var bare = _queries.AskAsync($"{Inbound},{WorkloadKey.NoWorkload}", "namespace, pod", Key, window, tcp: true, cancel);
        var pairs = _queries.AskAsync(Outbound, $"{WorkloadKey.Labels}, {WorkloadKey.DestinationLabels}", Edge, window, tcp: false, cancel);
        var secured = source.QueryAsync($"sum(tcp_open_connections{{{Outbound},peer=\"dst\"}}) by ({WorkloadKey.Labels}, {WorkloadKey.DestinationLabels}, server_id, no_tls_reason)", cancel);
        await Task.WhenAll(owned, bare, pairs, secured);

        var inbound = await owned;
        foreach (var (key, traffic) in await bare)
            inbound[key] = traffic;
        return new Snapshot(at, window, inbound, Edges(await pairs, await secured));
    }

    private static Dictionary<EdgeKey, EdgeFacts> Edges(Dictionary<EdgeKey, Traffic> pairs, IReadOnlyList<VectorSample> secured)
    {
        var edges = pairs.ToDictionary(static p => p.Key, static p => new EdgeFacts { Traffic = p.Value });
        foreach (var sample in secured)
        {
            if (sample.Value <= 0 || Edge(sample.Labels) is not { } key)
                continue;
            if (!edges.TryGetValue(key, out var edge))
                edges[key] = edge = new EdgeFacts();
            edge.Traffic.AddConnections(sample.Value);
            if (sample.Labels["server_id"] is { Length: > 0 } id)
                edge.ServerId = Identities.Shorten(id);
            else
                edge.NoTlsReason = sample.Labels["no_tls_reason"] is { Length: > 0 } reason ? reason : "not_provided_by_service_discovery";
        }

        return edges;
    }

    private static WorkloadKey? Key(LabelSet labels) => WorkloadKey.Of(labels) is { Name: not null } key ? key : null;

    private static EdgeKey? Edge(LabelSet labels) =>
        WorkloadKey.Of(labels) is { Name: not null } source && WorkloadKey.Of(labels, "dst_") is { Name: not null } destination ? new EdgeKey(source, destination) : null;
}
