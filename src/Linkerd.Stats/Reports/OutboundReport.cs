using System.Text;
using Linkerd.Stats.Query;

namespace Linkerd.Stats.Reports;

/// <summary>What a workload sends, by the routes of outbound policy and their backends.</summary>
public sealed class OutboundReport(IMetricsSource metrics)
{
    private const double MillisecondsPerSecond = 1000;
    private static readonly string[] Route = ["parent_name", "parent_port", "route_name", "route_kind"];
    private static readonly string[] Backend = [.. Route, "backend_name", "backend_port"];

    /// <summary>Rows with traffic, sorted by name, Service and port, and route.</summary>
    /// <exception cref="ArgumentException">The window is too short, or the kind has no pods.</exception>
    public async Task<IReadOnlyList<OutboundRow>> RunAsync(ResourceRef target, TimeSpan window, CancellationToken cancellationToken)
    {
        StatReport.RequireWindow(window);
        if (!target.Kind.IsWorkload)
            throw new ArgumentException($"outbound traffic is that of a workload, such as deploy/web, not of a {target.Kind.Name}");
        var matchers = new StringBuilder();
        StatQueries.Append(matchers, target, "namespace", target.Kind.Label);
        var scope = new Scope(matchers.ToString().TrimStart(','), PromDuration.Format(window), target.Kind.Label, cancellationToken);
        // What HTTP and gRPC routes count differs in the name of the status alone.
        var protocols = await Task.WhenAll(ProtocolAsync(scope, "http"), ProtocolAsync(scope, "grpc"));
        return
        [
            .. protocols.SelectMany(static rows => rows)
                .OrderBy(static r => r.Name, StringComparer.Ordinal).ThenBy(static r => r.Service, StringComparer.Ordinal).ThenBy(static r => r.Port, StringComparer.Ordinal)
                .ThenBy(static r => r.Route, StringComparer.Ordinal).ThenBy(static r => r.RouteType, StringComparer.Ordinal),
        ];
    }

    /// <summary>Renders rows as <c>viz stat-outbound</c> prints them: below each route its backends.</summary>
    public static string Render(IReadOnlyList<OutboundRow> rows, TimeSpan window)
    {
        var table = new TextTable(5, "NAME", "SERVICE", "ROUTE", "TYPE", "BACKEND", "SUCCESS", "RPS", "LATENCY_P50", "LATENCY_P95", "LATENCY_P99", "TIMEOUTS", "RETRIES");
        foreach (var row in rows)
        {
            table.Add([row.Name, $"{row.Service}:{row.Port}", row.Route, row.RouteType, "", .. Cells(row.Traffic, window), StatTable.Cell(row.Retries * 100, "0.00", "%")]);
            for (var i = 0; i < row.Backends.Count; i++)
            {
                var backend = row.Backends[i];
                table.Add(["", "", i == row.Backends.Count - 1 ? "└─" : "├─", "─►", $"{backend.Name}:{backend.Port}", .. Cells(backend.Traffic, window), ""]);
            }
        }

        return table.ToString();
    }

    private static IEnumerable<string> Cells(OutboundTraffic traffic, TimeSpan window) =>
    [
        StatTable.Cell(traffic.Stats.SuccessRate * 100, "0.00", "%"), StatTable.Cell(traffic.Stats.Rps(window), "0.00", ""), StatTable.Cell(traffic.Stats.LatencyP50, "0", "ms"),
        StatTable.Cell(traffic.Stats.LatencyP95, "0", "ms"), StatTable.Cell(traffic.Stats.LatencyP99, "0", "ms"), StatTable.Cell(traffic.Timeouts * 100, "0.00", "%"),
    ];

    private async Task<IReadOnlyList<OutboundRow>> ProtocolAsync(Scope scope, string protocol)
    {
        var family = $"outbound_{protocol}_route_";
        var routes = TrafficAsync(scope, protocol, family + "request_statuses_total", family + "request_duration_seconds_bucket", Route);
        var backends = TrafficAsync(scope, protocol, family + "backend_response_statuses_total", family + "backend_response_duration_seconds_bucket", Backend);
        var retries = scope.QueryAsync(metrics, $"sum(increase({family}retry_requests_total{scope.Selector})) by ({scope.By(Route)})");
        await Task.WhenAll(routes, backends, retries);

        var again = Traffic.Index(await retries);
        var below = (await backends).Where(static b => b.Value.Stats.Total > 0).ToLookup(static b => b.Key.Without(["backend_name", "backend_port"]));
        return
        [
            .. (await routes).Where(static r => r.Value.Stats.Total > 0).Select(route =>
            {
                var (labels, retried) = (route.Key, again.GetValueOrDefault(route.Key));
                var byDefault = labels["route_name"] == "default" || labels["route_kind"] == "default";
                return new OutboundRow(
                    labels[scope.Name], labels["parent_name"], labels["parent_port"], byDefault ? InboundRow.Default : labels["route_name"], labels["route_kind"] == "default" ? "" : labels["route_kind"],
                    route.Value, retried / (route.Value.Stats.Total + retried),
                    [
                        .. below[labels].Select(static b => new OutboundBackend(b.Key["backend_name"], b.Key["backend_port"], b.Value))
                            .OrderBy(static b => b.Name, StringComparer.Ordinal).ThenBy(static b => b.Port, StringComparer.Ordinal),
                    ]);
            }),
        ];
    }

    private async Task<Dictionary<LabelSet, OutboundTraffic>> TrafficAsync(Scope scope, string protocol, string counts, string durations, string[] labels)
    {
        var status = protocol + "_status";
        var counted = scope.QueryAsync(metrics, $"sum(increase({counts}{scope.Selector})) by ({scope.By(labels)}, {status}, error)");
        var quantiles = await Task.WhenAll(((string[])["0.5", "0.95", "0.99"]).Select(async q =>
            Traffic.Index(await scope.QueryAsync(metrics, $"histogram_quantile({q}, sum(irate({durations}{scope.Selector})) by ({scope.By(labels)}, le))"))));

        var rows = new Dictionary<LabelSet, OutboundTraffic>();
        foreach (var sample in await counted)
        {
            var key = sample.Labels.Without([status, "error"]);
            var row = rows.GetValueOrDefault(key, new OutboundTraffic(TrafficStats.None, 0));
            var error = sample.Labels["error"];
            var failed = error.Length != 0 || IsFailure(protocol, sample.Labels[status]);
            rows[key] = new OutboundTraffic(
                failed ? row.Stats with { Failures = row.Stats.Failures + sample.Value } : row.Stats with { Successes = row.Stats.Successes + sample.Value },
                row.TimedOut + (error is "REQUEST_TIMEOUT" or "RESPONSE_HEADERS_TIMEOUT" ? sample.Value : 0));
        }

        return rows.ToDictionary(static r => r.Key, r => r.Value with
        {
            Stats = (r.Value.Stats with
            {
                LatencyP50 = Traffic.Number(quantiles[0], r.Key) * MillisecondsPerSecond,
                LatencyP95 = Traffic.Number(quantiles[1], r.Key) * MillisecondsPerSecond,
                LatencyP99 = Traffic.Number(quantiles[2], r.Key) * MillisecondsPerSecond,
            }).Settled(),
        });
    }

    private static bool IsFailure(string protocol, string status) => protocol == "grpc" ? status != "OK" : status.StartsWith('5');

    /// <summary>What all queries of a report have in common.</summary>
    private sealed record Scope(string Matchers, string Window, string Name, CancellationToken Cancel)
    {
        public string Selector => $"{{{Matchers}}}[{Window}]";

        public string By(string[] labels) => string.Join(", ", (string[])[.. labels, Name]);

        public Task<IReadOnlyList<VectorSample>> QueryAsync(IMetricsSource source, string query) => source.QueryAsync(query, Cancel);
    }
}
