using Linkerd.Stats.Store;

namespace Linkerd.Stats.Reports;

/// <summary>One number of a resource over time, as its proxies saw what came in.</summary>
public sealed class TimeSeriesReport(IMetricsSource metrics, TimeProvider time)
{
    /// <summary>The longest time that is drawn: what the bundled Prometheus and the embedded source keep.</summary>
    public static readonly TimeSpan MaxLength = TimeSpan.FromHours(6);

    private static readonly TimeSpan MinStep = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MinWindow = TimeSpan.FromMinutes(1);

    // What is older than this is kept by the minute, and a rate needs two samples.
    private static readonly TimeSpan FineLength = TimeSpan.FromMinutes(25);
    private static readonly TimeSpan CoarseWindow = TimeSpan.FromMinutes(3);

    /// <summary>One point per step, oldest first, on whole steps; null where there was nothing. A named resource, or all of a kind in a namespace.</summary>
    /// <exception cref="ArgumentException">The range or the step is out of bounds.</exception>
    public async Task<IReadOnlyList<(long TimeMs, double? Value)>> RunAsync(
        ResourceRef resource, SeriesMetric metric, TimeSpan length, TimeSpan step, CancellationToken cancellationToken)
    {
        if (length <= TimeSpan.Zero || length > MaxLength)
            throw new ArgumentException($"range: {length} is not between 0 and {MaxLength.TotalHours:0}h");
        if (step < MinStep || step > length)
            throw new ArgumentException($"step: {step} is not between {MinStep.TotalSeconds:0}s and the range");
        var range = TimeRange.Last(length, step, time);
        var window = length > FineLength ? CoarseWindow : MinWindow;
        if (window < step)
            window = step;
        var matchers = new StatQueries(new StatRequest { Target = resource, Window = window }).Matchers;
        var values = metric switch
        {
            SeriesMetric.Success => await RatioAsync(matchers, window, range, cancellationToken),
            SeriesMetric.Rps => await RateAsync(matchers, window, range, cancellationToken),
            SeriesMetric.Tcp => await AloneAsync($"sum(tcp_open_connections{{{matchers},peer=\"src\"}})", range, cancellationToken),
            SeriesMetric.P50 => await AloneAsync(new Traffic(metrics, "response", matchers).Latency("0.5", window), range, cancellationToken),
            SeriesMetric.P95 => await AloneAsync(new Traffic(metrics, "response", matchers).Latency("0.95", window), range, cancellationToken),
            _ => await AloneAsync(new Traffic(metrics, "response", matchers).Latency("0.99", window), range, cancellationToken),
        };
        return [.. Enumerable.Range(0, range.Count).Select(i => range.StartMs + (i * range.StepMs)).Select(t => (t, values.TryGetValue(t, out var v) && double.IsFinite(v) ? v : (double?)null))];
    }

    private async Task<Dictionary<long, double>> RatioAsync(string matchers, TimeSpan window, TimeRange range, CancellationToken cancellationToken)
    {
        var (good, all) = (new Dictionary<long, double>(), new Dictionary<long, double>());
        foreach (var series in await metrics.QueryRangeAsync(new Traffic(metrics, "response", matchers).Responses(window), range, cancellationToken))
        {
            foreach (var point in series.Points)
            {
                all[point.TimeMs] = all.GetValueOrDefault(point.TimeMs) + point.Value;
                if (series.Labels["classification"] == "success")
                    good[point.TimeMs] = good.GetValueOrDefault(point.TimeMs) + point.Value;
            }
        }

        return all.Where(static a => a.Value > 0).ToDictionary(static a => a.Key, a => good.GetValueOrDefault(a.Key) / a.Value);
    }

    private async Task<Dictionary<long, double>> RateAsync(string matchers, TimeSpan window, TimeRange range, CancellationToken cancellationToken) =>
        await AloneAsync($"sum(rate(response_total{{{matchers}}}[{Query.PromDuration.Format(window)}]))", range, cancellationToken);

    private async Task<Dictionary<long, double>> AloneAsync(string query, TimeRange range, CancellationToken cancellationToken)
    {
        var answer = await metrics.QueryRangeAsync(query, range, cancellationToken);
        return answer.SelectMany(static s => s.Points).ToDictionary(static (Point p) => p.TimeMs, static p => p.Value);
    }
}
