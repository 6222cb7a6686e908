using Linkerd.Stats.Store;

namespace Linkerd.Stats.Query;

/// <summary>What Prometheus 2 computes from the samples of a counter and from the buckets of a histogram.</summary>
public static class CounterMath
{
    /// <summary>
    /// The increase of a counter over a window, extrapolated to the window's ends unless the samples are too far from them
    /// (Prometheus' extrapolatedRate), with resets added back. Null for fewer than two samples.
    /// </summary>
    public static double? Increase(ReadOnlySpan<Point> points, long fromMs, long toMs)
    {
        if (points.Length < 2)
            return null;
        var first = points[0];
        var last = points[^1];
        var increase = last.Value - first.Value;
        for (var i = 1; i < points.Length; i++)
        {
            if (points[i].Value < points[i - 1].Value)
                increase += points[i - 1].Value;
        }

        var sampled = (last.TimeMs - first.TimeMs) / 1000.0;
        if (sampled <= 0)
            return null;
        var spacing = sampled / (points.Length - 1);
        var toStart = (first.TimeMs - fromMs) / 1000.0;
        var toEnd = (toMs - last.TimeMs) / 1000.0;
        // A counter cannot have been negative: do not extrapolate past the moment where it would have been zero.
        if (increase > 0 && first.Value >= 0)
            toStart = Math.Min(toStart, sampled * (first.Value / increase));
        var threshold = spacing * 1.1;
        var covered = sampled + (toStart < threshold ? toStart : spacing / 2) + (toEnd < threshold ? toEnd : spacing / 2);
        return increase * (covered / sampled);
    }

    /// <summary>The rate per second between the last two samples; null for fewer than two. After a reset the last value is the increase.</summary>
    public static double? InstantRate(ReadOnlySpan<Point> points)
    {
        if (points.Length < 2)
            return null;
        var (before, last) = (points[^2], points[^1]);
        var seconds = (last.TimeMs - before.TimeMs) / 1000.0;
        if (seconds <= 0)
            return null;
        return (last.Value < before.Value ? last.Value : last.Value - before.Value) / seconds;
    }

    /// <summary>
    /// The quantile of cumulative buckets by linear interpolation inside the bucket it falls into. NaN without observations
    /// or without a +Inf bucket; in the +Inf bucket the highest finite bound is the answer.
    /// </summary>
    public static double Quantile(double quantile, List<(double Le, double Count)> buckets)
    {
        buckets.Sort((a, b) => a.Le.CompareTo(b.Le));
        if (buckets.Count < 2 || !double.IsPositiveInfinity(buckets[^1].Le))
            return double.NaN;
        // Buckets of targets scraped at different moments may decrease; a cumulative histogram may not.
        for (var i = 1; i < buckets.Count; i++)
        {
            if (buckets[i].Count < buckets[i - 1].Count)
                buckets[i] = (buckets[i].Le, buckets[i - 1].Count);
        }

        var observations = buckets[^1].Count;
        if (observations == 0 || double.IsNaN(observations))
            return double.NaN;
        var rank = quantile * observations;
        var at = buckets.FindIndex(0, buckets.Count - 1, b => b.Count >= rank);
        if (at < 0)
            return buckets[^2].Le;
        if (at == 0 && buckets[0].Le <= 0)
            return buckets[0].Le;
        var start = at == 0 ? 0 : buckets[at - 1].Le;
        var below = at == 0 ? 0 : buckets[at - 1].Count;
        return start + ((buckets[at].Le - start) * ((rank - below) / (buckets[at].Count - below)));
    }
}
