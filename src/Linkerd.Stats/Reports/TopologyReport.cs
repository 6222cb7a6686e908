namespace Linkerd.Stats.Reports;

/// <summary>The graph of calls between workloads, from what the callers' proxies measured.</summary>
public sealed class TopologyReport(IMetricsSource metrics, IWorkloadSource workloads)
{
    private static readonly string[] By = [.. WorkloadLabels.Own, .. WorkloadLabels.Destination];

    /// <summary>The graph of one namespace with its neighbours, or (empty) of all.</summary>
    public async Task<Topology> RunAsync(string ns, TimeSpan window, CancellationToken cancellationToken)
    {
        StatReport.RequireWindow(window);
        var traffic = OutboundAsync(ns, window, cancellationToken);
        var connections = ConnectionsAsync(ns, cancellationToken);
        var inbound = new Traffic(metrics, "response", "direction=\"inbound\"", WorkloadLabels.Own).ReadAsync(window, cancellationToken);
        var listed = Task.WhenAll(ResourceKind.TopLevel.Select(k => workloads.ListAsync(new ResourceRef(k, null, ""), "", cancellationToken)));
        await Task.WhenAll(traffic, connections, inbound, listed);

        var infos = (await listed).SelectMany(static l => l).ToDictionary(static w => new WorkloadId(w.Namespace, w.Kind, w.Name));
        var (calls, sockets) = (await traffic, await connections);
        var edges = calls.Keys.Union(sockets.Keys)
            .Select(pair => Edge(pair, calls.GetValueOrDefault(pair, TrafficStats.None), sockets.GetValueOrDefault(pair), infos))
            .OrderBy(static e => e.Source.ToString(), StringComparer.Ordinal).ThenBy(static e => e.Destination.ToString(), StringComparer.Ordinal)
            .ToArray();

        var known = new Dictionary<WorkloadId, TrafficStats>();
        foreach (var (labels, stats) in await inbound)
        {
            if (WorkloadLabels.OwnerOf(labels) is { } id)
                known[id] = stats;
        }

        var ids = edges.SelectMany(static e => (WorkloadId[])[e.Source, e.Destination])
            .Concat(infos.Where(i => (ns.Length == 0 || i.Key.Namespace == ns) && i.Value is { Controlled: false, Meshed: > 0 }).Select(static i => i.Key))
            .Distinct().OrderBy(static i => i.ToString(), StringComparer.Ordinal);
        return new Topology(window, [.. ids.Select(id => new TopologyNode(id, infos.GetValueOrDefault(id)?.Meshed > 0, known.GetValueOrDefault(id, TrafficStats.None)))], edges);
    }

    private async Task<Dictionary<(WorkloadId Source, WorkloadId Destination), TrafficStats>> OutboundAsync(string ns, TimeSpan window, CancellationToken cancellationToken)
    {
        var pairs = new Dictionary<(WorkloadId Source, WorkloadId Destination), TrafficStats>();
        foreach (var scope in Scopes(ns))
        {
            foreach (var (labels, stats) in await new Traffic(metrics, "response", "direction=\"outbound\",dst_namespace!=\"\"" + scope, By).ReadAsync(window, cancellationToken))
            {
                if (WorkloadLabels.OwnerOf(labels) is { } source && WorkloadLabels.DestinationOf(labels) is { } destination)
                    pairs[(source, destination)] = stats;
            }
        }

        return pairs;
    }

    private async Task<Dictionary<(WorkloadId Source, WorkloadId Destination), Sockets?>> ConnectionsAsync(string ns, CancellationToken cancellationToken)
    {
        var by = string.Join(", ", By);
        var pairs = new Dictionary<(WorkloadId Source, WorkloadId Destination), Sockets?>();
        foreach (var scope in Scopes(ns))
        {
            var query = $"sum(tcp_open_connections{{direction=\"outbound\",peer=\"dst\",dst_namespace!=\"\"{scope}}}) by ({by}, server_id, no_tls_reason)";
            foreach (var group in (await metrics.QueryAsync(query, cancellationToken)).GroupBy(static s => s.Labels.Without(["server_id", "no_tls_reason"])))
            {
                if (WorkloadLabels.OwnerOf(group.Key) is not { } source || WorkloadLabels.DestinationOf(group.Key) is not { } destination)
                    continue;
                // One clear connection among secured ones is what the reader must see.
                var worst = group.OrderBy(static s => s.Labels["server_id"].Length).First().Labels;
                pairs[(source, destination)] = new Sockets(group.Sum(static s => s.Value), worst["server_id"], worst["no_tls_reason"]);
            }
        }

        return pairs;
    }

    // Calls out of the namespace, and calls into it.
    private static string[] Scopes(string ns) =>
        ns.Length == 0 ? [""] : [$",namespace={StatQueries.Quote(ns)}", $",dst_namespace={StatQueries.Quote(ns)},namespace!={StatQueries.Quote(ns)}"];

    private static TopologyEdge Edge(
        (WorkloadId Source, WorkloadId Destination) pair, TrafficStats stats, Sockets? sockets, Dictionary<WorkloadId, WorkloadInfo> infos)
    {
        var secured = sockets?.ServerId.Length > 0;
        return new TopologyEdge(
            pair.Source, pair.Destination, stats, sockets?.Count ?? 0, secured,
            secured ? infos.GetValueOrDefault(pair.Source)?.ServiceAccount ?? "" : "",
            EdgesReport.Shorten(sockets?.ServerId ?? ""),
            secured ? "" : sockets?.NoTlsReason is { Length: > 0 } reason ? reason : "not_provided_by_service_discovery");
    }

    private sealed record Sockets(double Count, string ServerId, string NoTlsReason);
}
