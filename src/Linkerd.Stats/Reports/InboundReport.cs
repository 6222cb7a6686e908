using System.Text;

namespace Linkerd.Stats.Reports;

/// <summary>What reaches a workload, by the ports and routes of its inbound policy.</summary>
public sealed class InboundReport(IMetricsSource metrics)
{
    private static readonly string[] Keys = ["srv_name", "srv_kind", "route_name", "route_kind", "target_port"];

    /// <summary>Rows with traffic, sorted by name, server and port, and route.</summary>
    /// <exception cref="ArgumentException">The window is too short, or the kind has no pods.</exception>
    public async Task<IReadOnlyList<InboundRow>> RunAsync(ResourceRef target, TimeSpan window, CancellationToken cancellationToken)
    {
        StatReport.RequireWindow(window);
        if (!target.Kind.IsWorkload)
            throw new ArgumentException($"inbound traffic is that of a workload, such as deploy/web, not of a {target.Kind.Name}");
        var matchers = new StringBuilder("direction=\"inbound\"");
        StatQueries.Append(matchers, target, "namespace", target.Kind.Label);
        var rows = await new Traffic(metrics, "response", matchers.ToString(), [.. Keys, target.Kind.Label]).ReadAsync(window, cancellationToken);
        return
        [
            .. rows.Where(static r => r.Value.Total > 0).Select(r => Row(r.Key, target.Kind.Label, r.Value))
                .OrderBy(static r => r.Name, StringComparer.Ordinal).ThenBy(static r => r.Server, StringComparer.Ordinal).ThenBy(static r => r.Port, StringComparer.Ordinal)
                .ThenBy(static r => r.Route, StringComparer.Ordinal).ThenBy(static r => r.RouteType, StringComparer.Ordinal),
        ];
    }

    /// <summary>Renders rows as <c>viz stat-inbound</c> prints them.</summary>
    public static string Render(IReadOnlyList<InboundRow> rows, TimeSpan window)
    {
        var table = new TextTable(4, "NAME", "SERVER", "ROUTE", "TYPE", "SUCCESS", "RPS", "LATENCY_P50", "LATENCY_P95", "LATENCY_P99");
        foreach (var row in rows)
        {
            table.Add(
                row.Name, $"{row.Server}:{row.Port}", row.Route, row.RouteType, StatTable.Cell(row.Traffic.SuccessRate * 100, "0.00", "%"), StatTable.Cell(row.Traffic.Rps(window), "0.00", ""),
                StatTable.Cell(row.Traffic.LatencyP50, "0", "ms"), StatTable.Cell(row.Traffic.LatencyP95, "0", "ms"), StatTable.Cell(row.Traffic.LatencyP99, "0", "ms"));
        }

        return table.ToString();
    }

    private static InboundRow Row(LabelSet labels, string name, TrafficStats traffic) => new(
        labels[name],
        labels["srv_kind"] == "default" ? InboundRow.Default : labels["srv_name"],
        labels["target_port"],
        labels["route_name"] == "default" ? InboundRow.Default : labels["route_name"],
        labels["route_kind"] == "default" ? "" : labels["route_kind"],
        traffic);
}
