using Linkerd.Stats;
using Linkerd.Stats.Reports;
using Linkerd.Viz.Web.Api.Models;

namespace Linkerd.Viz.Web.Data;

/// <summary>What workloads send, as their own proxies count it: by the routes of outbound policy with their backends, and by the routes of ServiceProfiles.</summary>
internal sealed class SentRoutes(IMetricsSource source)
{
    private const string ProfileKind = "ServiceProfile";
    private static readonly ResourceRef s_services = new(ResourceKind.Find("service")!, null, "");
    private readonly OutboundReport _policy = new(source);
    private readonly RoutesReport _profiles = new(source);

    /// <summary>Rows with traffic: those of policy before those of profiles, each by Service and route.</summary>
    public async Task<IReadOnlyList<SentRouteRow>> AskAsync(ResourceRef target, TimeSpan window, CancellationToken cancel)
    {
        var policy = _policy.RunAsync(target, window, cancel);
        var profiles = _profiles.RunAsync(target, s_services, window, cancel);
        await Task.WhenAll(policy, profiles);
        return [.. (await policy).Select(r => Row(r, window)), .. (await profiles).Where(static r => r.Effective.Total > 0).Select(r => Row(target.Name ?? "", r, window))];
    }

    private static SentRouteRow Row(OutboundRow row, TimeSpan window)
    {
        var sent = new TrafficStats { Successes = row.Backends.Sum(static b => b.Traffic.Stats.Successes), Failures = row.Backends.Sum(static b => b.Traffic.Stats.Failures) };
        var asked = row.Traffic.Stats;
        return new SentRouteRow(
            row.Name, row.Service, row.Port, row.Route, row.RouteType, asked.SuccessRate, asked.Rps(window), asked.LatencyP50, asked.LatencyP95, asked.LatencyP99,
            row.Traffic.Timeouts, row.Retries, sent.SuccessRate, sent.Rps(window),
            [
                .. row.Backends.Select(b => new SentBackendRow(
                    b.Name, b.Port, sent.Total > 0 ? b.Traffic.Stats.Total / sent.Total : null, b.Traffic.Stats.SuccessRate, b.Traffic.Stats.Rps(window),
                    b.Traffic.Stats.LatencyP50, b.Traffic.Stats.LatencyP95, b.Traffic.Stats.LatencyP99)),
            ]);
    }

    private static SentRouteRow Row(string resource, Linkerd.Stats.Reports.RouteRow row, TimeSpan window)
    {
        var (asked, sent) = (row.Effective, row.Actual ?? TrafficStats.None);
        var colon = row.Authority.IndexOf(':', StringComparison.Ordinal);
        return new SentRouteRow(
            resource, row.Service, colon < 0 ? "" : row.Authority[(colon + 1)..], row.Route, ProfileKind, asked.SuccessRate, asked.Rps(window), asked.LatencyP50, asked.LatencyP95, asked.LatencyP99,
            null, sent.Total > 0 ? Math.Max(0, (sent.Total - asked.Total) / sent.Total) : null, sent.SuccessRate, sent.Rps(window), []);
    }
}
