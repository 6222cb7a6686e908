namespace Linkerd.Stats.Store;

/// <summary>
/// The rings of one scrape target. All series share the ring of scrape times, so that a sample costs eight bytes;
/// a series that a scrape did not show holds NaN there.
/// </summary>
internal sealed class TargetSeries(LabelSet targetLabels, int capacity, int maxSeries)
{
    private readonly long[] _times = new long[capacity];
    private readonly Dictionary<string, Series> _byText = new(StringComparer.Ordinal);
    private readonly Point[] _window = new Point[capacity];
    private int _next;
    private int _count;

    public long Dropped { get; private set; }

    public long LastMs => _count == 0 ? 0 : _times[(_next + capacity - 1) % capacity];

    public int SeriesCount => _byText.Count;

    public void Ingest(ReadOnlySpan<char> exposition, long timeMs, Func<string, bool> keep)
    {
        if (_count > 0 && timeMs <= LastMs)
            return;
        var slot = _next;
        _times[slot] = timeMs;
        foreach (var series in _byText.Values)
        {
            if (!series.Ignored)
                series.Values[slot] = double.NaN;
        }

        var lookup = _byText.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var line in exposition.EnumerateLines())
        {
            if (!ExpositionParser.TrySplit(line, out var text, out var value))
                continue;
            if (!lookup.TryGetValue(text, out var series))
            {
                series = Add(text, keep);
                if (series is null)
                    continue;
            }

            if (!series.Ignored)
                series.Values[slot] = value;
        }

        _next = (slot + 1) % capacity;
        _count = Math.Min(_count + 1, capacity);
        if (slot == capacity - 1)
            ForgetSilentSeries();
    }

    public void Select(string metric, IReadOnlyList<Query.LabelMatcher> matchers, long fromMs, long toMs, SeriesVisitor visit)
    {
        foreach (var series in _byText.Values)
        {
            if (series.Ignored || series.Metric != metric || !matchers.All(m => m.Matches(series.Labels)))
                continue;
            var points = 0;
            var seen = false;
            for (var i = 0; i < _count; i++)
            {
                var slot = (_next + capacity - _count + i) % capacity;
                if (_times[slot] < fromMs || _times[slot] > toMs)
                    continue;
                var value = series.Values[slot];
                seen |= !double.IsNaN(value);
                _window[points++] = new Point(_times[slot], value);
            }

            if (seen)
                visit(series.Labels, _window.AsSpan(0, points));
        }
    }

    private Series? Add(ReadOnlySpan<char> text, Func<string, bool> keep)
    {
        if (_byText.Count >= maxSeries || text.Length > ExpositionParser.MaxSeriesLength)
        {
            Dropped++;
            return null;
        }

        if (!ExpositionParser.TryParseSeries(text, out var metric, out var labels))
        {
            Dropped++;
            return null;
        }

        // A metric that nobody asks for is remembered as ignored: one dictionary look-up per scrape, no ring.
        var wanted = keep(metric);
        var series = wanted ? new Series(metric, labels.With(targetLabels), NewRing()) : Series.Unwanted;
        _byText[text.ToString()] = series;
        return series;
    }

    private double[] NewRing()
    {
        var ring = new double[capacity];
        Array.Fill(ring, double.NaN);
        return ring;
    }

    private void ForgetSilentSeries()
    {
        foreach (var (text, series) in _byText.ToArray())
        {
            if (!series.Ignored && Array.TrueForAll(series.Values, double.IsNaN))
                _byText.Remove(text);
        }
    }

    private sealed record Series(string Metric, LabelSet Labels, double[] Values)
    {
        public static Series Unwanted { get; } = new("", LabelSet.Empty, []);

        public bool Ignored => Values.Length == 0;
    }
}
