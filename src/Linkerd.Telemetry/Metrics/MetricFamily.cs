namespace Linkerd.Telemetry;

/// <summary>
/// The series of one metric, by label text. A series that did not change for the registry's idle time is no longer shown and,
/// once nobody holds it, is forgotten; whoever still holds one brings it back by the next increment.
/// </summary>
public sealed class MetricFamily<T> : IMetricFamily
    where T : Series
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _series = [];
    private readonly Func<MetricFamily<T>, string, T> _create;

    internal MetricFamily(MetricRegistry registry, string name, string help, string type, Func<MetricFamily<T>, string, T> create)
    {
        Registry = registry;
        Description = new MetricDescription(name, type, help);
        _create = create;
    }

    public string Name => Description.Name;

    public MetricDescription Description { get; }

    internal MetricRegistry Registry { get; }

    /// <summary>The series with these labels, made when it is new.</summary>
    public T With(Labels labels)
    {
        lock (_gate)
        {
            if (_series.TryGetValue(labels.Text, out Entry? entry))
            {
                T? known = entry.Strong;
                if (known is not null || entry.Weak.TryGetTarget(out known)) return known;
            }

            T made = _create(this, labels.Text);
            _series[labels.Text] = new Entry(made, Registry.Now());
            return made;
        }
    }

    /// <summary>The series without labels.</summary>
    public T Single() => With(Labels.Empty);

    void IMetricFamily.Write(MetricsWriter writer, long now)
    {
        lock (_gate)
        {
            bool headed = false;
            List<string>? gone = null;
            foreach ((string key, Entry entry) in _series)
            {
                if (!IsShown(entry, now, ref gone, key)) continue;
                if (!headed) writer.Family(Description);
                headed = true;
                entry.Strong!.Write(writer, Name);
            }

            if (gone is null) return;
            foreach (string key in gone) _series.Remove(key);
        }
    }

    void IMetricFamily.Expire(long now)
    {
        lock (_gate)
        {
            List<string>? gone = null;
            foreach ((string key, Entry entry) in _series) IsShown(entry, now, ref gone, key);
            foreach (string key in gone ?? []) _series.Remove(key);
        }
    }

    private bool IsShown(Entry entry, long now, ref List<string>? gone, string key)
    {
        T? series = entry.Strong;
        if (series is null && !entry.Weak.TryGetTarget(out series))
        {
            (gone ??= []).Add(key);
            return false;
        }

        double mark = series.ChangeMark();
        if (!mark.Equals(entry.Mark))
        {
            entry.Mark = mark;
            entry.ChangedAt = now;
            entry.Strong = series;
        }
        else if (Registry.RetainIdle is { } limit && !series.IsLive && Registry.Elapsed(entry.ChangedAt, now) > limit)
        {
            entry.Strong = null;
        }

        return entry.Strong is not null;
    }

    private sealed class Entry(T series, long now)
    {
        public T? Strong { get; set; } = series;

        public WeakReference<T> Weak { get; } = new(series);

        public double Mark { get; set; } = double.NegativeInfinity;

        public long ChangedAt { get; set; } = now;
    }
}
