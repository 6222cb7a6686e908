using System.Buffers;

namespace Linkerd.Stats.Store;

/// <summary>The series of one scrape target. One writer or reader at a time: callers hold the lock of this object.</summary>
internal sealed class TargetSeries(LabelSet targetLabels, SeriesStoreOptions options, StringPool strings)
{
    private readonly Timeline _times = new(options);
    private readonly Dictionary<SeriesKey, StoredSeries> _byText = [];
    // Texts of metrics that nobody asks for, so that they are not parsed at each scrape. They come and go like others, and only their
    // number is of interest: when there are too many, the set begins anew.
    private readonly HashSet<SeriesKey> _unwanted = [];
    private readonly Dictionary<string, List<StoredSeries>> _byMetric = new(StringComparer.Ordinal);

    public long Dropped { get; private set; }

    public long LastMs => _times.LastMs;

    public int SeriesCount => _byText.Count;

    public void Ingest(ReadOnlySpan<char> exposition, long timeMs)
    {
        if (timeMs <= LastMs && LastMs != 0)
            return;
        var slot = _times.OpenCount;
        foreach (var line in exposition.EnumerateLines())
        {
            if (!ExpositionParser.TrySplit(line, out var text, out var value))
                continue;
            var key = SeriesKey.Of(text);
            if (_byText.TryGetValue(key, out var series) || (!_unwanted.Contains(key) && (series = Add(key, text)) is not null))
                series.Set(slot, value);
        }

        if (_times.Add(timeMs))
            Seal();
    }

    public void Select(string metric, IReadOnlyList<Query.LabelMatcher> matchers, long fromMs, long toMs, SeriesVisitor visit)
    {
        if (!_byMetric.TryGetValue(metric, out var candidates))
            return;
        var capacity = _times.Capacity;
        var points = ArrayPool<Point>.Shared.Rent(Math.Max(1, capacity));
        var scratch = ArrayPool<double>.Shared.Rent(Timeline.CoarseBlockSamples + (2 * options.BlockScrapes));
        foreach (var series in candidates)
        {
            if (!Matches(series.Labels, matchers))
                continue;
            var count = Read(series, fromMs, toMs, points, scratch, out var seen);
            if (seen)
                visit(series.Labels, points.AsSpan(0, count));
        }

        ArrayPool<Point>.Shared.Return(points);
        ArrayPool<double>.Shared.Return(scratch);
    }

    private static bool Matches(LabelSet labels, IReadOnlyList<Query.LabelMatcher> matchers)
    {
        for (var i = 0; i < matchers.Count; i++)
        {
            if (!matchers[i].Matches(labels))
                return false;
        }

        return true;
    }

    private int Read(StoredSeries series, long fromMs, long toMs, Span<Point> into, double[] scratch, out bool seen)
    {
        var window = new Window(into, fromMs, toMs);
        for (var i = 0; i < _times.Coarse.Count; i++)
        {
            var times = _times.Coarse[i];
            if (!window.Overlaps(times))
                continue;
            var values = scratch.AsSpan(0, times.Length);
            series.ReadCoarse(i, values);
            window.Add(times, values);
        }

        var filling = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_times.Filling);
        if (window.Overlaps(filling))
        {
            var values = scratch.AsSpan(0, filling.Length);
            series.ReadFilling(values);
            window.Add(filling, values);
        }

        for (var i = 0; i < _times.Fine.Count; i++)
        {
            if (!window.Overlaps(_times.Fine[i]))
                continue;
            var values = scratch.AsSpan(0, options.BlockScrapes);
            series.ReadFine(i, values);
            window.Add(_times.Fine[i], values);
        }

        if (window.Overlaps(_times.Open))
        {
            var values = scratch.AsSpan(0, _times.OpenCount);
            series.ReadOpen(values);
            window.Add(_times.Open, values);
        }

        seen = window.Seen;
        return window.Count;
    }

    private StoredSeries? Add(SeriesKey key, ReadOnlySpan<char> text)
    {
        if (!options.Keep(ExpositionParser.MetricOf(text)))
        {
            if (_unwanted.Count >= options.SeriesPerTarget)
                _unwanted.Clear();
            _unwanted.Add(key);
            return null;
        }

        if (_byText.Count >= options.SeriesPerTarget || text.Length > ExpositionParser.MaxSeriesLength
            || !ExpositionParser.TryParseSeries(text, out var metric, out var labels))
        {
            Dropped++;
            return null;
        }

        var pooled = labels.With(targetLabels).Select(p => new KeyValuePair<string, string>(strings.Get(p.Key), strings.Get(p.Value)));
        var series = new StoredSeries(strings.Get(metric), LabelSet.Of(pooled), options.BlockScrapes);
        if (!_byMetric.TryGetValue(metric, out var list))
            _byMetric[series.Metric] = list = [];
        list.Add(series);
        return _byText[key] = series;
    }

    private void Seal()
    {
        var blocks = _times.Fine.Count;
        foreach (var series in Kept())
            series.Seal(blocks);
        _times.Seal();
        if (_times.Fine.Count > options.FineBlocks)
            Coarsen();
    }

    private void Coarsen()
    {
        var alreadyFilled = _times.Filling.Count;
        var picked = _times.Coarsen();
        var scratch = ArrayPool<double>.Shared.Rent(options.BlockScrapes + alreadyFilled + picked.Length);
        foreach (var series in Kept())
            series.Coarsen(picked, alreadyFilled, scratch);
        ArrayPool<double>.Shared.Return(scratch);
        if (_times.Filling.Count >= Timeline.CoarseBlockSamples)
        {
            foreach (var series in Kept())
                series.SealCoarse(_times.Coarse.Count);
            _times.Coarse.Add([.. _times.Filling]);
            _times.Filling.Clear();
        }

        var oldest = LastMs - (long)options.Retention.TotalMilliseconds;
        while (_times.Coarse.Count > 0 && _times.Coarse[0][^1] < oldest)
        {
            _times.Coarse.RemoveAt(0);
            foreach (var series in Kept())
                series.DropOldestCoarse();
        }

        ForgetSilentSeries();
    }

    private IEnumerable<StoredSeries> Kept() => _byMetric.Values.SelectMany(static list => list);

    private void ForgetSilentSeries()
    {
        foreach (var (key, series) in _byText)
        {
            // Removing while enumerating is allowed for dictionaries.
            if (!series.IsSilent())
                continue;
            _byText.Remove(key);
            _byMetric[series.Metric].Remove(series);
        }
    }

    /// <summary>Collects the points of a closed window.</summary>
    private ref struct Window(Span<Point> into, long fromMs, long toMs)
    {
        private readonly Span<Point> _into = into;

        public int Count { get; private set; }

        public bool Seen { get; private set; }

        public readonly bool Overlaps(ReadOnlySpan<long> times) => times.Length != 0 && times[0] <= toMs && times[^1] >= fromMs;

        public void Add(ReadOnlySpan<long> times, ReadOnlySpan<double> values)
        {
            for (var i = 0; i < times.Length; i++)
            {
                if (times[i] < fromMs || times[i] > toMs)
                    continue;
                Seen |= !double.IsNaN(values[i]);
                _into[Count++] = new Point(times[i], values[i]);
            }
        }
    }
}
