using System.Globalization;
using System.Runtime.InteropServices;
using Linkerd.Stats.Store;

namespace Linkerd.Stats.Query;

/// <summary>Evaluates queries over a <see cref="SeriesStore"/>, with the semantics of Prometheus 2.</summary>
public sealed class Evaluator(SeriesStore store)
{
    /// <summary>How far back an instant selector looks for its last sample: Prometheus' default.</summary>
    public static readonly TimeSpan Lookback = TimeSpan.FromMinutes(5);

    /// <summary>Most values (series times moments) that a query may touch; a query that would touch more is refused.</summary>
    public const int MaxValues = 50_000_000;

    /// <summary>The value of <paramref name="expression"/> at <paramref name="nowMs"/>, in milliseconds of the store's clock.</summary>
    public IReadOnlyList<VectorSample> Evaluate(Expression expression, long nowMs)
    {
        var answer = Evaluate(expression, Steps.At(nowMs), null, CancellationToken.None);
        return [.. answer.Where(static s => !StepSeries.IsAbsent(s.Values[0])).Select(static s => new VectorSample(s.Labels, s.Values[0]))];
    }

    internal IReadOnlyList<StepSeries> Evaluate(Expression expression, Steps steps, EvaluationMemo? memo, CancellationToken cancellationToken) => expression switch
    {
        Selector { Range: null } selector => Instant(selector, steps, cancellationToken),
        Selector => throw new QuerySyntaxException("query: a window needs increase, rate or irate around it"),
        RangeFunction function => Range(function, steps, cancellationToken),
        Aggregation aggregation => Remembered(aggregation, steps, memo, cancellationToken),
        HistogramQuantile quantile => Quantiles(quantile, Evaluate(quantile.Argument, steps, memo, cancellationToken), steps),
        _ => throw new QuerySyntaxException("query: unknown expression " + expression.GetType().Name),
    };

    private IReadOnlyList<StepSeries> Remembered(Aggregation aggregation, Steps steps, EvaluationMemo? memo, CancellationToken cancellationToken)
    {
        if (memo?.Find(aggregation.Text, steps) is { } known)
            return known;
        var result = Aggregate(aggregation, Evaluate(aggregation.Argument, steps, memo, cancellationToken), steps);
        memo?.Keep(aggregation.Text, steps, result);
        return result;
    }

    private List<StepSeries> Instant(Selector selector, Steps steps, CancellationToken cancellationToken)
    {
        var lookbackMs = (long)Lookback.TotalMilliseconds;
        var result = new List<StepSeries>();
        store.Select(selector.Metric, selector.Matchers, steps.StartMs - lookbackMs, steps.EndMs, (labels, points) =>
        {
            var values = NewValues(steps, result.Count);
            var (last, any) = (-1, false);
            for (var i = 0; i < steps.Count; i++)
            {
                while (last + 1 < points.Length && points[last + 1].TimeMs <= steps[i])
                    last++;
                // A series that its target no longer exposes is stale at once, not after the look-back.
                var there = last >= 0 && points[last].TimeMs >= steps[i] - lookbackMs && !double.IsNaN(points[last].Value);
                values[i] = there ? points[last].Value : StepSeries.Absent;
                any |= there;
            }

            if (any)
                result.Add(new StepSeries(labels, values));
        }, cancellationToken);
        return result;
    }

    private List<StepSeries> Range(RangeFunction function, Steps steps, CancellationToken cancellationToken)
    {
        var rangeMs = (long)function.Argument.Range!.Value.TotalMilliseconds;
        var result = new List<StepSeries>();
        var present = new List<Point>();
        store.Select(function.Argument.Metric, function.Argument.Matchers, steps.StartMs - rangeMs, steps.EndMs, (labels, window) =>
        {
            present.Clear();
            foreach (var point in window)
            {
                if (!double.IsNaN(point.Value))
                    present.Add(point);
            }

            var points = CollectionsMarshal.AsSpan(present);
            var values = NewValues(steps, result.Count);
            var (from, to, any) = (0, 0, false);
            for (var i = 0; i < steps.Count; i++)
            {
                var (startMs, endMs) = (steps[i] - rangeMs, steps[i]);
                while (to < points.Length && points[to].TimeMs <= endMs)
                    to++;
                while (from < to && points[from].TimeMs < startMs)
                    from++;
                var value = Of(function.Name, points[from..to], startMs, endMs, rangeMs);
                values[i] = value ?? StepSeries.Absent;
                any |= value is not null;
            }

            if (any)
                result.Add(new StepSeries(labels, values));
        }, cancellationToken);
        return result;
    }

    private static double? Of(string function, ReadOnlySpan<Point> points, long startMs, long endMs, long rangeMs) => function switch
    {
        "irate" => CounterMath.InstantRate(points),
        "rate" => CounterMath.Increase(points, startMs, endMs) / (rangeMs / 1000.0),
        _ => CounterMath.Increase(points, startMs, endMs),
    };

    private static double[] NewValues(Steps steps, int series) => (long)steps.Count * (series + 1) <= MaxValues
        ? new double[steps.Count]
        : throw new QuerySyntaxException($"query: it selects more than {MaxValues} values; narrow the labels, shorten the time or widen the step");

    private static List<StepSeries> Aggregate(Aggregation aggregation, IReadOnlyList<StepSeries> vector, Steps steps)
    {
        var groups = new Dictionary<GroupKey, (double[] Values, int[]? Counts)>();
        var counted = aggregation.Name is "avg";
        foreach (var sample in vector)
        {
            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, new GroupKey(sample.Labels, aggregation.By), out var exists);
            if (!exists)
            {
                group = (new double[steps.Count], counted ? new int[steps.Count] : null);
                Array.Fill(group.Values, StepSeries.Absent);
            }

            for (var i = 0; i < steps.Count; i++)
            {
                var value = sample.Values[i];
                if (StepSeries.IsAbsent(value))
                    continue;
                ref var into = ref group.Values[i];
                into = Combine(aggregation.Name, into, value);
                if (counted)
                    group.Counts![i]++;
            }
        }

        var result = new List<StepSeries>(groups.Count);
        foreach (var (key, (values, counts)) in groups)
        {
            for (var i = 0; counts is not null && i < values.Length; i++)
                values[i] = StepSeries.IsAbsent(values[i]) ? values[i] : values[i] / counts[i];
            result.Add(new StepSeries(key.Materialize(), values));
        }

        return result;
    }

    private static double Combine(string function, double into, double value)
    {
        var first = StepSeries.IsAbsent(into);
        return function switch
        {
            "count" => first ? 1 : into + 1,
            "min" => first ? value : Math.Min(into, value),
            "max" => first ? value : Math.Max(into, value),
            _ => first ? value : into + value,
        };
    }

    private static List<StepSeries> Quantiles(HistogramQuantile quantile, IReadOnlyList<StepSeries> vector, Steps steps)
    {
        var groups = new Dictionary<LabelSet, List<(double Le, double[] Counts)>>();
        foreach (var sample in vector)
        {
            var le = sample.Labels["le"];
            var bound = le == "+Inf" ? double.PositiveInfinity : double.TryParse(le, NumberStyles.Float, CultureInfo.InvariantCulture, out var b) ? b : double.NaN;
            if (double.IsNaN(bound))
                continue;
            var key = sample.Labels.Without(["le"]);
            if (!groups.TryGetValue(key, out var buckets))
                groups[key] = buckets = [];
            buckets.Add((bound, sample.Values));
        }

        var at = new List<(double Le, double Count)>();
        var result = new List<StepSeries>(groups.Count);
        foreach (var (key, buckets) in groups)
        {
            var values = new double[steps.Count];
            for (var i = 0; i < steps.Count; i++)
            {
                at.Clear();
                foreach (var (le, counts) in buckets)
                {
                    if (!StepSeries.IsAbsent(counts[i]))
                        at.Add((le, counts[i]));
                }

                values[i] = at.Count == 0 ? StepSeries.Absent : CounterMath.Quantile(quantile.Quantile, at);
            }

            result.Add(new StepSeries(key, values));
        }

        return result;
    }
}
