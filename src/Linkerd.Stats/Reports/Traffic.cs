using Linkerd.Stats.Query;

namespace Linkerd.Stats.Reports;

/// <summary>Reads responses and latencies grouped by labels: what every report of traffic is made of.</summary>
/// <param name="metrics">Where from.</param>
/// <param name="family">Prefix of the families: <c>response</c>, <c>route_response</c>, …; with a suffix of <c>_total</c> and <c>_latency_ms_bucket</c>.</param>
/// <param name="matchers">Between the braces of the selectors.</param>
/// <param name="by">Labels of a row.</param>
internal sealed class Traffic(IMetricsSource metrics, string family, string matchers, params IReadOnlyList<string> by)
{
    private readonly string _by = string.Join(", ", by);

    /// <summary>Rows by their labels, over a window that ends now.</summary>
    public async Task<Dictionary<LabelSet, TrafficStats>> ReadAsync(TimeSpan window, CancellationToken cancellationToken)
    {
        var counts = CountsAsync(window, cancellationToken);
        var p50 = QuantileAsync("0.5", window, cancellationToken);
        var p95 = QuantileAsync("0.95", window, cancellationToken);
        var p99 = QuantileAsync("0.99", window, cancellationToken);
        await Task.WhenAll(counts, p50, p95, p99);
        var rows = await counts;
        var (l50, l95, l99) = (await p50, await p95, await p99);
        return rows.ToDictionary(static r => r.Key, r => (r.Value with
        {
            LatencyP50 = Number(l50, r.Key),
            LatencyP95 = Number(l95, r.Key),
            LatencyP99 = Number(l99, r.Key),
        }).Settled());
    }

    /// <summary>Rows without latencies.</summary>
    public async Task<Dictionary<LabelSet, TrafficStats>> CountsAsync(TimeSpan window, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<LabelSet, TrafficStats>();
        foreach (var sample in await metrics.QueryAsync(Responses(window), cancellationToken))
        {
            var key = sample.Labels.Without(["classification"]);
            var row = rows.GetValueOrDefault(key, TrafficStats.None);
            rows[key] = sample.Labels["classification"] == "success"
                ? row with { Successes = row.Successes + sample.Value }
                : row with { Failures = row.Failures + sample.Value };
        }

        return rows;
    }

    /// <summary>One quantile by row.</summary>
    public async Task<Dictionary<LabelSet, double>> QuantileAsync(string quantile, TimeSpan window, CancellationToken cancellationToken) =>
        Index(await metrics.QueryAsync(Latency(quantile, window), cancellationToken));

    /// <summary>The query of responses by row and classification.</summary>
    public string Responses(TimeSpan window) =>
        $"sum(increase({family}_total{{{matchers}}}[{PromDuration.Format(window)}])) by ({Comma(_by)}classification)";

    /// <summary>The query of a quantile by row.</summary>
    public string Latency(string quantile, TimeSpan window) =>
        $"histogram_quantile({quantile}, sum(irate({family}_latency_ms_bucket{{{matchers}}}[{PromDuration.Format(window)}])) by ({Comma(_by)}le))";

    /// <summary>A vector by its labels.</summary>
    public static Dictionary<LabelSet, double> Index(IReadOnlyList<VectorSample> vector)
    {
        var index = new Dictionary<LabelSet, double>(vector.Count);
        foreach (var sample in vector)
            index[sample.Labels] = sample.Value;
        return index;
    }

    /// <summary>The value at a key; null when there is none, or when it is not a number.</summary>
    public static double? Number(Dictionary<LabelSet, double> values, LabelSet key) =>
        values.TryGetValue(key, out var value) && double.IsFinite(value) ? value : null;

    private static string Comma(string by) => by.Length == 0 ? "" : by + ", ";
}
