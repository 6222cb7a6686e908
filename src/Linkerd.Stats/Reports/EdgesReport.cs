namespace Linkerd.Stats.Reports;

/// <summary>Who is connected to whom, with which identities: outbound metrics of clients joined with inbound metrics of servers.</summary>
public sealed class EdgesReport(IMetricsSource metrics)
{
    /// <summary>All open connections that start or end at <paramref name="resource"/>, sorted.</summary>
    public async Task<IReadOnlyList<EdgeRow>> RunAsync(ResourceRef resource, CancellationToken cancellationToken)
    {
        var label = resource.Kind.Label;
        var dst = resource.Kind.DestinationLabel;
        var outbound = await metrics.QueryAsync(
            $"sum(tcp_open_connections{{direction=\"outbound\",peer=\"dst\",{label}!=\"\"}}) by ({label}, namespace, {dst}, dst_namespace, dst_serviceaccount, server_id, no_tls_reason)", cancellationToken);
        var inbound = await metrics.QueryAsync(
            $"sum(tcp_open_connections{{direction=\"inbound\",peer=\"src\",{label}!=\"\"}}) by ({label}, namespace, client_id, no_tls_reason)", cancellationToken);

        // A proxy does not report its own identity; its servers do. A client's is the one that every server of it names.
        var clients = inbound.Where(s => s.Labels["client_id"].Length != 0)
            .ToLookup(s => (s.Labels["namespace"], s.Labels[label]), s => s.Labels["client_id"]);
        var edges = new HashSet<EdgeRow>();
        foreach (var group in outbound.GroupBy(s => (Namespace: s.Labels["namespace"], Name: s.Labels[label])))
        {
            var identity = IdentityOf(group.Key.Namespace, group, dst, clients, outbound);
            foreach (var sample in group)
            {
                var labels = sample.Labels;
                if (labels[dst].Length == 0)
                    continue;
                var secured = labels["server_id"].Length != 0;
                edges.Add(new EdgeRow(
                    group.Key.Name, group.Key.Namespace, labels[dst], labels["dst_namespace"],
                    secured ? Shorten(identity) : "", Shorten(labels["server_id"]),
                    secured ? "" : labels["no_tls_reason"] is { Length: > 0 } reason ? reason : "not_provided_by_service_discovery"));
            }
        }

        return [.. edges
            .Where(e => resource.Namespace.Length == 0 || e.SourceNamespace == resource.Namespace || e.DestinationNamespace == resource.Namespace)
            .Where(e => resource.Name is null || e.Source == resource.Name || e.Destination == resource.Name)
            .OrderBy(e => e.Source, StringComparer.Ordinal).ThenBy(e => e.Destination, StringComparer.Ordinal)
            .ThenBy(e => e.SourceNamespace, StringComparer.Ordinal).ThenBy(e => e.DestinationNamespace, StringComparer.Ordinal)];
    }

    /// <summary>Renders edges as <c>viz edges</c> prints them.</summary>
    public static string Render(IReadOnlyList<EdgeRow> edges, bool wide)
    {
        var table = wide
            ? new TextTable(7, "SRC", "DST", "SRC_NS", "DST_NS", "CLIENT_ID", "SERVER_ID", "SECURED")
            : new TextTable(5, "SRC", "DST", "SRC_NS", "DST_NS", "SECURED");
        foreach (var e in edges)
        {
            var secured = e.Secured ? "√" : e.NoTlsReason;
            if (wide)
                table.Add(e.Source, e.Destination, e.SourceNamespace, e.DestinationNamespace, e.ClientId, e.ServerId, secured);
            else
                table.Add(e.Source, e.Destination, e.SourceNamespace, e.DestinationNamespace, secured);
        }

        return table.ToString();
    }

    private static string IdentityOf(
        string ns, IEnumerable<VectorSample> edges, string dst, ILookup<(string, string), string> clients, IReadOnlyList<VectorSample> outbound)
    {
        // What the client is called as a server is the surest: its own service account.
        var name = edges.First().Labels[dst["dst_".Length..]];
        var asServer = outbound.FirstOrDefault(s => s.Labels[dst] == name && s.Labels["dst_namespace"] == ns && s.Labels["server_id"].Length != 0);
        if (asServer.Labels is not null)
            return asServer.Labels["server_id"];
        HashSet<string>? common = null;
        foreach (var edge in edges.Where(e => e.Labels["server_id"].Length != 0))
        {
            var seen = clients[(edge.Labels["dst_namespace"], edge.Labels[dst])];
            if (common is null)
                common = [.. seen];
            else
                common.IntersectWith(seen);
        }

        // Prefer an account of the client's own namespace where several clients share all of their servers.
        return common is null ? "" : common.OrderByDescending(id => id.Split('.').ElementAtOrDefault(1) == ns).ThenBy(id => id, StringComparer.Ordinal).FirstOrDefault() ?? "";
    }

    /// <summary><c>web.emojivoto.serviceaccount.identity.linkerd.cluster.local</c> is shown as <c>web.emojivoto</c>.</summary>
    private static string Shorten(string identity)
    {
        var at = identity.IndexOf(".serviceaccount.identity.", StringComparison.Ordinal);
        return at < 0 ? identity : identity[..at];
    }
}
