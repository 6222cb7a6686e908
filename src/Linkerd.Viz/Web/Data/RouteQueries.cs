using Linkerd.Stats;
using Linkerd.Stats.Query;

namespace Linkerd.Viz.Web.Data;

/// <summary>Traffic of a workload by route: those of ServiceProfiles, and those of HTTPRoutes and GRPCRoutes.</summary>
internal sealed class RouteQueries(IMetricsSource source)
{
    private readonly TrafficQueries _queries = new(source);

    /// <summary>By route; requests that no route matched are under <c>[DEFAULT]</c>.</summary>
    public async Task<IReadOnlyDictionary<string, Traffic>> AskAsync(WorkloadKey key, TimeSpan window, CancellationToken cancel)
    {
        var matchers = $"direction=\"inbound\",namespace={TrafficQueries.Quote(key.Namespace)},{WorkloadKey.LabelOf(key.Kind)}={TrafficQueries.Quote(key.Name)}";
        var w = PromDuration.Format(window);
        var profile = source.QueryAsync($"sum(increase(route_response_total{{{matchers}}}[{w}])) by (rt_route, classification)", cancel);
        var latency = source.QueryAsync($"sum(irate(route_response_latency_ms_bucket{{{matchers}}}[{w}])) by (le, rt_route)", cancel);
        var policy = _queries.AskAsync<RouteKey>(matchers, "route_kind, route_name", static labels => new RouteKey(labels["route_kind"], labels["route_name"]), window, tcp: false, cancel);
        await Task.WhenAll(profile, latency, policy);

        var routes = new SortedDictionary<string, Traffic>(StringComparer.Ordinal);
        foreach (var sample in await profile)
            Of(Name(sample.Labels)).AddResponses(sample.Labels["classification"], sample.Value);
        foreach (var sample in await latency)
        {
            if (double.IsFinite(sample.Value) && (sample.Labels["le"] == "+Inf" ? double.PositiveInfinity : PromNumber(sample.Labels["le"])) is { } bound)
                Of(Name(sample.Labels)).AddBucket(bound, sample.Value);
        }

        // Without routes of policy there is one row, the default's, which the summary has already.
        var named = (await policy).Where(static r => r.Key.Kind.Length > 0 && r.Key.Kind != "default").ToList();
        foreach (var (route, traffic) in named)
            Of($"{route.Kind}/{route.Name}").Add(traffic);
        if (named.Count > 0 && !routes.ContainsKey("[DEFAULT]"))
        {
            foreach (var (_, traffic) in (await policy).Where(static r => r.Key.Kind is "" or "default"))
                Of("[DEFAULT]").Add(traffic);
        }

        return routes;

        Traffic Of(string route) => routes.TryGetValue(route, out var traffic) ? traffic : routes[route] = new Traffic();
    }

    private static string Name(LabelSet labels) => labels["rt_route"] is { Length: > 0 } route ? route : "[DEFAULT]";

    private static double? PromNumber(string text) =>
        double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : null;

    private readonly record struct RouteKey(string Kind, string Name);
}
