using Linkerd.Stats.Query;
using Linkerd.Stats.Store;

namespace Linkerd.Stats;

/// <summary>Answers queries from a <see cref="SeriesStore"/> in this process.</summary>
public sealed class EmbeddedMetricsSource(SeriesStore store, TimeProvider time) : IMetricsSource
{
    private readonly Evaluator _evaluator = new(store);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VectorSample>> QueryAsync(string query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult(_evaluator.Evaluate(QueryParser.Parse(query), time.GetUtcNow().ToUnixTimeMilliseconds()));
        }
        catch (QuerySyntaxException e)
        {
            throw new MetricsSourceException(e.Message, e);
        }
    }
}
