using System.Globalization;
using Linkerd.Stats.Store;

namespace Linkerd.Stats.Query;

/// <summary>Evaluates an instant query over a <see cref="SeriesStore"/>, with the semantics of Prometheus 2.</summary>
public sealed class Evaluator(SeriesStore store)
{
    /// <summary>How far back an instant selector looks for its last sample: Prometheus' default.</summary>
    public static readonly TimeSpan Lookback = TimeSpan.FromMinutes(5);

    /// <summary>The value of <paramref name="expression"/> at <paramref name="nowMs"/>, in milliseconds of the store's clock.</summary>
    public IReadOnlyList<VectorSample> Evaluate(Expression expression, long nowMs) => expression switch
    {
        Selector { Range: null } selector => Instant(selector, nowMs),
        Selector => throw new QuerySyntaxException("query: a window needs increase, rate or irate around it"),
        RangeFunction function => Range(function, nowMs),
        Aggregation aggregation => Aggregate(aggregation, Evaluate(aggregation.Argument, nowMs)),
        HistogramQuantile quantile => Quantiles(quantile, Evaluate(quantile.Argument, nowMs)),
        _ => throw new QuerySyntaxException("query: unknown expression " + expression.GetType().Name),
    };

    private List<VectorSample> Instant(Selector selector, long nowMs)
    {
        var result = new List<VectorSample>();
        store.Select(selector.Metric, selector.Matchers, nowMs - (long)Lookback.TotalMilliseconds, nowMs, (labels, points) =>
        {
            // A series that its target no longer exposes is stale at once, not after the look-back.
            if (!double.IsNaN(points[^1].Value))
                result.Add(new VectorSample(labels, points[^1].Value));
        });
        return result;
    }

    private List<VectorSample> Range(RangeFunction function, long nowMs)
    {
        var rangeMs = (long)function.Argument.Range!.Value.TotalMilliseconds;
        var result = new List<VectorSample>();
        var points = new List<Point>();
        store.Select(function.Argument.Metric, function.Argument.Matchers, nowMs - rangeMs, nowMs, (labels, window) =>
        {
            points.Clear();
            foreach (var point in window)
            {
                if (!double.IsNaN(point.Value))
                    points.Add(point);
            }

            var value = function.Name == "irate"
                ? CounterMath.InstantRate(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(points))
                : CounterMath.Increase(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(points), nowMs - rangeMs, nowMs);
            if (value is not { } v)
                return;
            result.Add(new VectorSample(labels, function.Name == "rate" ? v / (rangeMs / 1000.0) : v));
        });
        return result;
    }

    private static List<VectorSample> Aggregate(Aggregation aggregation, IReadOnlyList<VectorSample> vector)
    {
        var groups = new Dictionary<LabelSet, List<double>>();
        foreach (var sample in vector)
        {
            var key = sample.Labels.Only(aggregation.By);
            if (!groups.TryGetValue(key, out var values))
                groups[key] = values = [];
            values.Add(sample.Value);
        }

        return [.. groups.Select(group => new VectorSample(group.Key, aggregation.Name switch
        {
            "sum" => group.Value.Sum(),
            "count" => group.Value.Count,
            "min" => group.Value.Min(),
            "max" => group.Value.Max(),
            _ => group.Value.Average(),
        }))];
    }

    private static List<VectorSample> Quantiles(HistogramQuantile quantile, IReadOnlyList<VectorSample> vector)
    {
        var groups = new Dictionary<LabelSet, List<(double Le, double Count)>>();
        foreach (var sample in vector)
        {
            var le = sample.Labels["le"];
            var bound = le == "+Inf" ? double.PositiveInfinity : double.TryParse(le, NumberStyles.Float, CultureInfo.InvariantCulture, out var b) ? b : double.NaN;
            if (double.IsNaN(bound))
                continue;
            var key = sample.Labels.Without(["le"]);
            if (!groups.TryGetValue(key, out var buckets))
                groups[key] = buckets = [];
            buckets.Add((bound, sample.Value));
        }

        return [.. groups.Select(group => new VectorSample(group.Key, CounterMath.Quantile(quantile.Quantile, group.Value)))];
    }
}
