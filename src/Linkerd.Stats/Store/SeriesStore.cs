using Linkerd.Stats.Query;

namespace Linkerd.Stats.Store;

/// <summary>
/// The embedded time series: the last scrapes of every target in rings of fixed size. Safe for one writer per target and
/// any number of readers at once; a reader sees whole scrapes.
/// </summary>
public sealed class SeriesStore(SeriesStoreOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TargetSeries> _targets = new(StringComparer.Ordinal);

    /// <summary>Series or samples that a bound of <see cref="SeriesStoreOptions"/> kept out, or that could not be parsed.</summary>
    public long Dropped { get; private set; }

    /// <summary>How many series are held, those of gone targets included until they age out.</summary>
    public int SeriesCount
    {
        get
        {
            lock (_lock)
                return _targets.Values.Sum(t => t.SeriesCount);
        }
    }

    /// <summary>Adds one scrape. <paramref name="timeMs"/> (Unix, milliseconds) must grow from scrape to scrape of a target; an older one is ignored.</summary>
    public void Ingest(string target, LabelSet targetLabels, ReadOnlySpan<char> exposition, long timeMs)
    {
        lock (_lock)
        {
            if (!_targets.TryGetValue(target, out var series))
            {
                if (_targets.Count >= options.Targets)
                {
                    Dropped++;
                    return;
                }

                _targets[target] = series = new TargetSeries(targetLabels, options.Scrapes, options.SeriesPerTarget);
            }

            var before = series.Dropped;
            series.Ingest(exposition, timeMs, options.Keep);
            Dropped += series.Dropped - before;
        }
    }

    /// <summary>
    /// Says that a target is gone: its series turn stale at <paramref name="timeMs"/>, and counters stay to be asked for past windows.
    /// </summary>
    public void MarkStale(string target, long timeMs)
    {
        lock (_lock)
        {
            if (_targets.TryGetValue(target, out var series))
                series.Ingest([], timeMs, options.Keep);
        }
    }

    /// <summary>Drops targets whose last scrape is older than <paramref name="beforeMs"/>.</summary>
    public void Forget(long beforeMs)
    {
        lock (_lock)
        {
            foreach (var (name, series) in _targets.ToArray())
            {
                if (series.LastMs < beforeMs)
                    _targets.Remove(name);
            }
        }
    }

    /// <summary>Visits every series of <paramref name="metric"/> that the matchers select and that has a sample in the closed window.</summary>
    public void Select(string metric, IReadOnlyList<LabelMatcher> matchers, long fromMs, long toMs, SeriesVisitor visit)
    {
        lock (_lock)
        {
            foreach (var target in _targets.Values)
                target.Select(metric, matchers, fromMs, toMs, visit);
        }
    }
}
