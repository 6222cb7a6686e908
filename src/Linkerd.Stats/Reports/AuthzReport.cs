using System.Text;
using Linkerd.Stats.Query;

namespace Linkerd.Stats.Reports;

/// <summary>Who was let in by what, and what was refused.</summary>
public sealed class AuthzReport(IMetricsSource metrics)
{
    private static readonly string[] Keys = ["namespace", "srv_kind", "srv_name", "route_kind", "route_name", "authz_kind", "authz_name"];

    /// <summary>Rows of a workload, or of all in a namespace (null name), sorted. With <paramref name="byClient"/> each client has its own.</summary>
    public async Task<IReadOnlyList<AuthzRow>> RunAsync(ResourceRef resource, TimeSpan window, bool byClient, CancellationToken cancellationToken)
    {
        StatReport.RequireWindow(window);
        if (!resource.Kind.IsWorkload)
            throw new ArgumentException($"authorizations are those of a workload, such as deploy/web, not of a {resource.Kind.Name}");
        var labels = new StringBuilder();
        StatQueries.Append(labels, resource, "namespace", resource.Kind.Label);
        var matchers = labels.ToString().TrimStart(',');
        string[] by = byClient ? [.. Keys, "client_id"] : Keys;
        var list = string.Join(", ", by);
        var range = PromDuration.Format(window);
        var traffic = new Traffic(metrics, "response", $"direction=\"inbound\",srv_name!=\"\",{matchers}", by).ReadAsync(window, cancellationToken);
        var allowed = metrics.QueryAsync($"sum(increase(inbound_http_authz_allow_total{{{matchers}}}[{range}])) by ({list})", cancellationToken);
        var denied = metrics.QueryAsync($"sum(increase(inbound_http_authz_deny_total{{{matchers}}}[{range}])) by ({list})", cancellationToken);
        await Task.WhenAll(traffic, allowed, denied);

        var (responses, letIn, refused) = (await traffic, Traffic.Index(await allowed), Traffic.Index(await denied));
        return
        [
            // Answers of the proxy's own to what it refused have no authorization: they are told by the refusals.
            .. letIn.Keys.Union(refused.Keys).Union(responses.Keys.Where(static k => k["authz_name"].Length != 0))
                .Select(key => Row(key, responses.GetValueOrDefault(key, TrafficStats.None), letIn.GetValueOrDefault(key), refused.GetValueOrDefault(key), window.TotalSeconds))
                .OrderBy(static r => r.Server, StringComparer.Ordinal).ThenBy(static r => r.Route, StringComparer.Ordinal)
                .ThenBy(static r => r.Authorization, StringComparer.Ordinal).ThenBy(static r => r.Client, StringComparer.Ordinal),
        ];
    }

    /// <summary>Renders rows as <c>viz authz</c> prints them.</summary>
    public static string Render(IReadOnlyList<AuthzRow> rows, TimeSpan window)
    {
        var table = new TextTable(3, "ROUTE", "SERVER", "AUTHORIZATION", "UNAUTHORIZED", "SUCCESS", "RPS", "LATENCY_P50", "LATENCY_P95", "LATENCY_P99");
        foreach (var row in rows)
        {
            table.Add(
                row.Route, row.Server, row.Authorization, StatTable.Cell(row.DeniedPerSecond, "0.0", "rps"),
                StatTable.Cell(row.Traffic.SuccessRate * 100, "0.00", "%"), StatTable.Cell(row.Traffic.Rps(window), "0.0", "rps"),
                StatTable.Cell(row.Traffic.LatencyP50, "0", "ms"), StatTable.Cell(row.Traffic.LatencyP95, "0", "ms"), StatTable.Cell(row.Traffic.LatencyP99, "0", "ms"));
        }

        return table.ToString();
    }

    private static AuthzRow Row(LabelSet key, TrafficStats traffic, double allowed, double denied, double seconds)
    {
        var server = key["srv_kind"] is "server" or "" ? key["srv_name"] : $"{key["srv_kind"]}:{key["srv_name"]}";
        var route = key["route_name"] is { Length: > 0 } name ? name : "default";
        var authorization = key["authz_name"].Length == 0 ? "" : $"{key["authz_kind"]}/{key["authz_name"]}";
        return new AuthzRow(key["namespace"], server, route, authorization, EdgesReport.Shorten(key["client_id"]))
        {
            AllowedPerSecond = double.IsFinite(allowed) ? allowed / seconds : 0,
            DeniedPerSecond = double.IsFinite(denied) ? denied / seconds : 0,
            Traffic = traffic,
        };
    }
}
