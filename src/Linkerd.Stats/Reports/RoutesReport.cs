using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linkerd.Stats.Query;

namespace Linkerd.Stats.Reports;

/// <summary>Traffic by the routes of ServiceProfiles.</summary>
/// <param name="metrics">The numbers.</param>
/// <param name="objects">The profiles, for routes without traffic; null leaves those out.</param>
public sealed class RoutesReport(IMetricsSource metrics, IObjectLister? objects = null)
{
    private static readonly string[] By = ["rt_route", "dst"];

    /// <summary>
    /// The routes that <paramref name="target"/> serves or, with <paramref name="to"/>, that it asks of another; sorted, unmatched last.
    /// Routes of a profile without traffic are rows too.
    /// </summary>
    /// <exception cref="ArgumentException">The window is too short, or the kind has no routes.</exception>
    public async Task<IReadOnlyList<RouteRow>> RunAsync(ResourceRef target, ResourceRef? to, TimeSpan window, CancellationToken cancellationToken)
    {
        StatReport.RequireWindow(window);
        if (target.Kind.IsPolicy || (to is not null && !target.Kind.IsWorkload))
            throw new ArgumentException($"routes are served and asked for by workloads, Services and authorities, not by a {target.Kind.Name}");
        var matchers = Matchers(target, to);
        var effective = new Traffic(metrics, "route_response", matchers, By).ReadAsync(window, cancellationToken);
        var actual = to is null
            ? Task.FromResult(new Dictionary<LabelSet, TrafficStats>())
            : new Traffic(metrics, "route_actual_response", matchers, By).CountsAsync(window, cancellationToken);
        var profiles = ProfilesAsync(to ?? target, cancellationToken);
        await Task.WhenAll(effective, actual, profiles);

        var (seen, attempts) = (await effective, await actual);
        var rows = seen.Keys.Union(attempts.Keys).Select(key => new RouteRow(
            key["rt_route"] is { Length: > 0 } route ? route : RouteRow.Unmatched,
            key["dst"],
            seen.GetValueOrDefault(key, TrafficStats.None),
            to is null ? null : attempts.GetValueOrDefault(key, TrafficStats.None))).ToList();
        foreach (var (service, route) in await profiles)
        {
            if (!rows.Exists(r => r.Route == route && HostOf(r.Authority) == service))
                rows.Add(new RouteRow(route, rows.Find(r => HostOf(r.Authority) == service)?.Authority ?? service, TrafficStats.None, to is null ? null : TrafficStats.None));
        }

        return
        [
            .. rows.OrderBy(static r => r.Route == RouteRow.Unmatched).ThenBy(static r => r.Route, StringComparer.Ordinal).ThenBy(static r => r.Authority, StringComparer.Ordinal),
        ];
    }

    /// <summary>Renders rows as <c>viz routes</c> prints them.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="byAuthority">Whether the second column is AUTHORITY rather than SERVICE.</param>
    /// <param name="wide">Effective and actual numbers apart, for rows that have both.</param>
    /// <param name="window">What the numbers are over.</param>
    public static string Render(IReadOnlyList<RouteRow> rows, bool byAuthority, bool wide, TimeSpan window)
    {
        var both = wide && rows.Any(static r => r.Actual is not null);
        string[] middle = both ? ["EFFECTIVE_SUCCESS", "EFFECTIVE_RPS", "ACTUAL_SUCCESS", "ACTUAL_RPS"] : ["SUCCESS", "RPS"];
        var table = new TextTable(1, ["ROUTE", byAuthority ? "AUTHORITY" : "SERVICE", .. middle, "LATENCY_P50", "LATENCY_P95", "LATENCY_P99"]);
        foreach (var row in rows)
        {
            var shown = new List<string> { row.Route, byAuthority ? HostOf(row.Authority) : row.Service };
            shown.AddRange([StatTable.Cell(row.Effective.SuccessRate * 100, "0.00", "%"), StatTable.Cell(row.Effective.Total / window.TotalSeconds, "0.0", "rps")]);
            if (both)
                shown.AddRange([StatTable.Cell(row.Actual?.SuccessRate * 100, "0.00", "%"), StatTable.Cell((row.Actual?.Total ?? 0) / window.TotalSeconds, "0.0", "rps")]);
            shown.AddRange([
                StatTable.Cell(row.Effective.LatencyP50, "0", "ms"), StatTable.Cell(row.Effective.LatencyP95, "0", "ms"), StatTable.Cell(row.Effective.LatencyP99, "0", "ms"),
            ]);
            table.Add([.. shown]);
        }

        return table.ToString();
    }

    private static string Matchers(ResourceRef target, ResourceRef? to)
    {
        var labels = new StringBuilder("direction=\"").Append(to is null ? "inbound" : "outbound").Append('"');
        if (target.Kind.IsWorkload)
            StatQueries.Append(labels, target, "namespace", target.Kind.Label);
        if ((target.Kind.IsWorkload ? to : target) is { } destination && DestinationOf(destination) is { } pattern)
            labels.Append(",dst=~").Append(StatQueries.Quote(pattern));
        return labels.ToString();
    }

    // dst is the Service's full name and port. Of a workload all that is known is its namespace.
    private static string? DestinationOf(ResourceRef resource)
    {
        const string port = @"(:\d+)?";
        var ns = resource.Namespace.Length == 0 ? "[^.:]+" : Regex.Escape(resource.Namespace);
        return resource.Kind.Name switch
        {
            "authority" when resource.Name is { } name => Regex.Escape(HostOf(name)) + port,
            "service" => (resource.Name is { } name ? Regex.Escape(name) : "[^.:]+") + @"\." + ns + @"\.svc\..*",
            "namespace" => @"[^.:]+\." + (resource.Name is { } name ? Regex.Escape(name) : "[^.:]+") + @"\.svc\..*",
            _ => resource.Namespace.Length == 0 ? null : @"[^.:]+\." + ns + @"\.svc\..*",
        };
    }

    private async Task<IReadOnlyList<(string Service, string Route)>> ProfilesAsync(ResourceRef destination, CancellationToken cancellationToken)
    {
        if (objects is null || destination.Kind.Name is not ("service" or "authority") || destination.Name is not { } name)
            return [];
        var ns = destination.Kind.Name == "service" ? destination.Namespace : HostOf(name).Split('.') is [_, var second, ..] ? second : destination.Namespace;
        var found = await objects.ListCustomAsync(CustomResource.ServiceProfiles, ns.Length == 0 ? null : ns, "", cancellationToken);
        return
        [
            .. found.Select(static p => (Host: p["metadata"]?["name"]?.ToString() ?? "", Routes: p["spec"]?["routes"] as JsonArray))
                .Where(p => destination.Kind.Name == "service" ? p.Host.StartsWith($"{name}.{ns}.svc.", StringComparison.Ordinal) : p.Host == HostOf(name))
                .SelectMany(static p => (p.Routes ?? []).Select(r => (p.Host, r?["name"]?.ToString() ?? "")).Append((p.Host, RouteRow.Unmatched))),
        ];
    }

    private static string HostOf(string authority)
    {
        var colon = authority.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? authority : authority[..colon];
    }
}
