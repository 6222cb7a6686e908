namespace Linkerd.Stats.Reports;

/// <summary>
/// Who is connected to whom, with which identities. Clients' outbound metrics say where connections go and who answered; no metric
/// of a client says who it is itself, which is the service account that its pods run as.
/// </summary>
public sealed class EdgesReport(IMetricsSource metrics, IWorkloadSource workloads)
{
    /// <summary>All open connections that start or end at <paramref name="resource"/>, sorted.</summary>
    public async Task<IReadOnlyList<EdgeRow>> RunAsync(ResourceRef resource, CancellationToken cancellationToken)
    {
        var label = resource.Kind.Label;
        var dst = resource.Kind.DestinationLabel;
        var outbound = await metrics.QueryAsync(
            $"sum(tcp_open_connections{{direction=\"outbound\",peer=\"dst\",{label}!=\"\"}}) by ({label}, namespace, {dst}, dst_namespace, dst_serviceaccount, server_id, no_tls_reason)", cancellationToken);
        var accounts = (await workloads.ListAsync(new ResourceRef(resource.Kind, null, ""), "", cancellationToken))
            .ToDictionary(static w => (w.Namespace, w.Name), static w => w.ServiceAccount);
        var edges = new HashSet<EdgeRow>();
        foreach (var labels in outbound.Select(static s => s.Labels).Where(l => l[dst].Length != 0))
        {
            var (source, ns) = (labels[label], labels["namespace"]);
            var secured = labels["server_id"].Length != 0;
            edges.Add(new EdgeRow(
                source, ns, labels[dst], labels["dst_namespace"],
                secured ? accounts.GetValueOrDefault((ns, source), "") : "", Shorten(labels["server_id"]),
                secured ? "" : labels["no_tls_reason"] is { Length: > 0 } reason ? reason : "not_provided_by_service_discovery"));
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

    /// <summary><c>web.emojivoto.serviceaccount.identity.linkerd.cluster.local</c> is shown as <c>web.emojivoto</c>.</summary>
    internal static string Shorten(string identity)
    {
        var at = identity.IndexOf(".serviceaccount.identity.", StringComparison.Ordinal);
        return at < 0 ? identity : identity[..at];
    }
}
