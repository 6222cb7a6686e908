using Linkerd.Stats.Query;

namespace Linkerd.Stats.Store;

/// <summary>
/// The embedded time series: the last scrapes of every target, packed, for 30 minutes in full and for six hours in one-minute resolution.
/// Safe for any number of writers and readers at once; a reader sees whole scrapes.
/// </summary>
public sealed class SeriesStore(SeriesStoreOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TargetSeries> _targets = new(StringComparer.Ordinal);
    private readonly StringPool _strings = new();
    private long _dropped;

    /// <summary>Series or samples that a bound of <see cref="SeriesStoreOptions"/> kept out, or that could not be parsed.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>How many series are held, those of gone targets included until they age out.</summary>
    public int SeriesCount => Snapshot().Sum(static t => t.SeriesCount);

    /// <summary>Adds one scrape. <paramref name="timeMs"/> (Unix, milliseconds) must grow from scrape to scrape of a target; an older one is ignored.</summary>
    public void Ingest(string target, LabelSet targetLabels, ReadOnlySpan<char> exposition, long timeMs)
    {
        TargetSeries? series;
        lock (_lock)
        {
            if (!_targets.TryGetValue(target, out series))
            {
                if (_targets.Count >= options.Targets && !TryForgetGoneNeedsLock(timeMs))
                {
                    Interlocked.Increment(ref _dropped);
                    return;
                }

                _targets[target] = series = new TargetSeries(targetLabels, options, _strings);
            }
        }

        lock (series)
        {
            var before = series.Dropped;
            series.Ingest(exposition, timeMs);
            Interlocked.Add(ref _dropped, series.Dropped - before);
        }
    }

    /// <summary>
    /// Says that a target is gone: its series turn stale at <paramref name="timeMs"/>, and counters stay to be asked for past windows.
    /// </summary>
    public void MarkStale(string target, long timeMs)
    {
        TargetSeries? series;
        lock (_lock)
            _targets.TryGetValue(target, out series);
        if (series is null)
            return;
        lock (series)
            series.Ingest([], timeMs);
    }

    /// <summary>Drops targets whose last scrape is older than <paramref name="beforeMs"/>.</summary>
    public void Forget(long beforeMs)
    {
        lock (_lock)
        {
            var removed = false;
            foreach (var (name, series) in _targets)
            {
                // Removing while enumerating is allowed for dictionaries.
                if (series.LastMs < beforeMs)
                    removed |= _targets.Remove(name);
            }

            if (removed)
                _strings.Clear();
        }
    }

    // Where pods come and go, those that run matter more than the past of those that are gone.
    private bool TryForgetGoneNeedsLock(long nowMs)
    {
        var (name, series) = _targets.MinBy(static t => t.Value.LastMs);
        return series is not null && nowMs - series.LastMs > (long)Evaluator.Lookback.TotalMilliseconds && _targets.Remove(name);
    }

    /// <summary>Visits every series of <paramref name="metric"/> that the matchers select and that has a sample in the closed window.</summary>
    public void Select(string metric, IReadOnlyList<LabelMatcher> matchers, long fromMs, long toMs, SeriesVisitor visit, CancellationToken cancellationToken = default)
    {
        foreach (var target in Snapshot())
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (target)
                target.Select(metric, matchers, fromMs, toMs, visit);
        }
    }

    private TargetSeries[] Snapshot()
    {
        lock (_lock)
            return [.. _targets.Values];
    }
}
