using Linkerd.Stats.Query;
using Linkerd.Stats.Store;

namespace Linkerd.Stats;

/// <summary>Answers queries from a <see cref="SeriesStore"/> in this process. "Now" is the current second, so that queries of one report share their work.</summary>
public sealed class EmbeddedMetricsSource(SeriesStore store, TimeProvider time) : IMetricsSource
{
    private const int MillisecondsPerSecond = 1000;
    private readonly Evaluator _evaluator = new(store);
    private readonly EvaluationMemo _memo = new(time);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VectorSample>> QueryAsync(string query, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var answer = Evaluate(query, Steps.At(now - (now % MillisecondsPerSecond)), cancellationToken);
        return Task.FromResult<IReadOnlyList<VectorSample>>(
            [.. answer.Where(static s => !StepSeries.IsAbsent(s.Values[0])).Select(static s => new VectorSample(s.Labels, s.Values[0]))]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<RangeSeries>> QueryRangeAsync(string query, TimeRange range, CancellationToken cancellationToken)
    {
        var steps = new Steps(range.StartMs, range.StepMs, range.Count);
        return Task.FromResult<IReadOnlyList<RangeSeries>>([.. Evaluate(query, steps, cancellationToken).Select(s => new RangeSeries(s.Labels, PointsOf(s, steps)))]);
    }

    private IReadOnlyList<StepSeries> Evaluate(string query, Steps steps, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return _evaluator.Evaluate(QueryParser.Parse(query), steps, _memo, cancellationToken);
        }
        catch (QuerySyntaxException e)
        {
            throw new MetricsSourceException(e.Message, e);
        }
    }

    private static List<Point> PointsOf(StepSeries series, Steps steps)
    {
        var points = new List<Point>(steps.Count);
        for (var i = 0; i < steps.Count; i++)
        {
            if (!StepSeries.IsAbsent(series.Values[i]))
                points.Add(new Point(steps[i], series.Values[i]));
        }

        return points;
    }
}
