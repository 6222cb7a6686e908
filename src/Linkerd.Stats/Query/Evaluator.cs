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
        // Reports sum the same samples by several labels. A series over time is summed once, and would be large to keep.
        RangeFunction function when steps.Count == 1 => Remembered(function.Text, steps, memo, () => Range(function, steps, cancellationToken)),
        RangeFunction function => Range(function, steps, cancellationToken),
        Aggregation aggregation => Remembered(aggregation.Text, steps, memo, () => Aggregate(aggregation, Evaluate(aggregation.Argument, steps, memo, cancellationToken), steps)),
        HistogramQuantile quantile => Quantiles(quantile, Evaluate(quantile.Argument, steps, memo, cancellationToken), steps),
        _ => throw new QuerySyntaxException("query: unknown expression " + expression.GetType().Name),
    };

    private static IReadOnlyList<StepSeries> Remembered(string text, Steps steps, EvaluationMemo? memo, Func<IReadOnlyList<StepSeries>> evaluate)
    {
        if (memo?.Find(text, steps) is { } known)
            return known;
        var result = evaluate();
        memo?.Keep(text, steps, result);
        return result;
    }

    private StepRows Instant(Selector selector, Steps steps, CancellationToken cancellationToken)
    {
        var lookbackMs = (long)Lookback.TotalMilliseconds;
        var result = new StepRows(steps.Count);
        store.Select(selector.Metric, selector.Matchers, steps.StartMs - lookbackMs, steps.EndMs, (labels, points) =>
        {
            RequireBound(steps, result.Count);
            var values = result.Next();
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
                result.Commit(labels);
        }, cancellationToken);
        return result;
    }

    private StepRows Range(RangeFunction function, Steps steps, CancellationToken cancellationToken)
    {
        var rangeMs = (long)function.Argument.Range!.Value.TotalMilliseconds;
        var result = new StepRows(steps.Count);
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
            RequireBound(steps, result.Count);
            var values = result.Next();
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
                result.Commit(labels);
        }, cancellationToken);
        return result;
    }

    private static double? Of(string function, ReadOnlySpan<Point> points, long startMs, long endMs, long rangeMs) => function switch
    {
        "irate" => CounterMath.InstantRate(points),
        "rate" => CounterMath.Increase(points, startMs, endMs) / (rangeMs / 1000.0),
        _ => CounterMath.Increase(points, startMs, endMs),
    };

    private static void RequireBound(Steps steps, int series)
    {
        if ((long)steps.Count * (series + 1) > MaxValues)
            throw new QuerySyntaxException($"query: it selects more than {MaxValues} values; narrow the labels, shorten the time or widen the step");
    }

    private static List<StepSeries> Aggregate(Aggregation aggregation, IReadOnlyList<StepSeries> vector, Steps steps)
    {
        var groups = new GroupTable<Group>(aggregation.By);
        var counted = aggregation.Name is "avg";
        for (var row = 0; row < vector.Count; row++)
        {
            var sample = vector[row];
            var of = sample.Values;
            ref var group = ref groups.Of(sample.Labels, out var exists);
            if (!exists)
            {
                group = new Group(new double[steps.Count], counted ? new int[steps.Count] : null);
                Array.Fill(group.Values, StepSeries.Absent);
            }

            var (values, counts) = group!;
            for (var i = 0; i < steps.Count; i++)
            {
                var value = of[i];
                if (StepSeries.IsAbsent(value))
                    continue;
                values[i] = Combine(aggregation.Name, values[i], value);
                if (counts is not null)
                    counts[i]++;
            }
        }

        var result = new List<StepSeries>(groups.Count);
        foreach (var (labels, (values, counts)) in groups.All())
        {
            for (var i = 0; counts is not null && i < values.Length; i++)
                values[i] = StepSeries.IsAbsent(values[i]) ? values[i] : values[i] / counts[i];
            result.Add(new StepSeries(labels, values));
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
        var names = quantile.Argument is Aggregation summed ? summed.By : vector.SelectMany(static v => v.Labels.Select(static l => l.Key));
        var groups = new GroupTable<List<(double Le, StepSeries Row)>>(names.Where(static n => n != "le"));
        foreach (var sample in vector)
        {
            var le = sample.Labels["le"];
            var bound = le == "+Inf" ? double.PositiveInfinity : double.TryParse(le, NumberStyles.Float, CultureInfo.InvariantCulture, out var b) ? b : double.NaN;
            if (double.IsNaN(bound))
                continue;
            ref var buckets = ref groups.Of(sample.Labels, out _);
            buckets ??= [];
            buckets.Add((bound, sample));
        }

        var at = new List<(double Le, double Count)>();
        var result = new List<StepSeries>(groups.Count);
        foreach (var (key, buckets) in groups.All())
        {
            var values = new double[steps.Count];
            for (var i = 0; i < steps.Count; i++)
            {
                at.Clear();
                foreach (var (le, row) in buckets)
                {
                    if (row.Values[i] is var count && !StepSeries.IsAbsent(count))
                        at.Add((le, count));
                }

                values[i] = at.Count == 0 ? StepSeries.Absent : CounterMath.Quantile(quantile.Quantile, at);
            }

            result.Add(new StepSeries(key, values));
        }

        return result;
    }

    // Sums, and of averages how many were summed.
    private sealed record Group(double[] Values, int[]? Counts);
}
