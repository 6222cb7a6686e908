namespace Linkerd.Stats;

/// <summary>
/// Where statistics come from: a Prometheus, or the embedded store that scrapes proxies itself. Both are asked the same
/// queries, written in the part of PromQL that <see cref="Query.QueryParser"/> reads.
/// </summary>
public interface IMetricsSource
{
    /// <summary>Evaluates <paramref name="query"/> now.</summary>
    /// <returns>The vector, in no particular order; empty when nothing matched.</returns>
    /// <exception cref="MetricsSourceException">The source could not be reached, or did not understand the query.</exception>
    Task<IReadOnlyList<VectorSample>> QueryAsync(string query, CancellationToken cancellationToken);

    /// <summary>Evaluates <paramref name="query"/> at every moment of <paramref name="range"/>.</summary>
    /// <returns>The rows, in no particular order; a moment without a value has no point.</returns>
    /// <exception cref="MetricsSourceException">The source could not be reached, or did not understand the query.</exception>
    Task<IReadOnlyList<RangeSeries>> QueryRangeAsync(string query, TimeRange range, CancellationToken cancellationToken);
}
