namespace Linkerd.Telemetry;

/// <summary>
/// All metric families of a process. Every series has one cell per writer (worker thread), which that thread alone increments,
/// without lock or atomic; a scrape sums them. Families and series are made at stack build, from any thread.
/// </summary>
public sealed class MetricRegistry
{
    private readonly Lock _gate = new();
    private readonly List<IMetricFamily> _families = [];
    private readonly List<Action<MetricsWriter>> _collectors = [];
    private readonly List<MetricDescription> _collected = [];
    private readonly TimeProvider _time;

    /// <param name="writers">Threads that write; each uses its own index below this.</param>
    /// <param name="retainIdle">How long a series that does not change is shown; null for ever.</param>
    /// <param name="time">Clock for idleness.</param>
    public MetricRegistry(int writers, TimeSpan? retainIdle = null, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(writers, 1);
        Writers = writers;
        RetainIdle = retainIdle;
        _time = time ?? TimeProvider.System;
    }

    public int Writers { get; }

    public TimeSpan? RetainIdle { get; }

    /// <summary>A family of counters.</summary>
    public MetricFamily<Counter> Counter(string name, string help) => Add(new MetricFamily<Counter>(this, name, help, "counter", static (f, l) => new Counter(l, f.Registry.Writers)));

    /// <summary>A family of gauges.</summary>
    public MetricFamily<Gauge> Gauge(string name, string help) => Add(new MetricFamily<Gauge>(this, name, help, "gauge", static (f, l) => new Gauge(l, f.Registry.Writers)));

    /// <summary>A family of gauges whose sources each know the whole.</summary>
    public MetricFamily<MaxGauge> MaxGauge(string name, string help) => Add(new MetricFamily<MaxGauge>(this, name, help, "gauge", static (_, l) => new MaxGauge(l)));

    /// <summary>A family of histograms with the given upper bounds, ascending, without +Inf.</summary>
    public MetricFamily<Histogram> Histogram(string name, string help, double[] bounds)
        => Add(new MetricFamily<Histogram>(this, name, help, "histogram", (f, l) => new Histogram(l, f.Registry.Writers, bounds)));

    /// <summary>Every family that is registered, by name, with or without series.</summary>
    public IReadOnlyList<MetricDescription> Families
    {
        get
        {
            var all = new List<MetricDescription>();
            lock (_gate)
            {
                foreach (IMetricFamily family in _families) all.Add(family.Description);
                all.AddRange(_collected);
            }

            all.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
            return all;
        }
    }

    /// <summary>Adds a writer of families that are computed when scraped; it writes what it names here.</summary>
    public void AddCollector(Action<MetricsWriter> collector, params ReadOnlySpan<MetricDescription> families)
    {
        lock (_gate)
        {
            _collectors.Add(collector);
            foreach (MetricDescription family in families)
            {
                CheckNew(family.Name);
                _collected.Add(family);
            }
        }
    }

    /// <summary>Writes every family in the Prometheus text format, version 0.0.4.</summary>
    public void WriteText(System.Buffers.IBufferWriter<byte> output)
    {
        var writer = new MetricsWriter(output);
        long now = _time.GetTimestamp();
        IMetricFamily[] families;
        Action<MetricsWriter>[] collectors;
        lock (_gate)
        {
            families = [.. _families];
            collectors = [.. _collectors];
        }

        foreach (IMetricFamily family in families) family.Write(writer, now);
        foreach (Action<MetricsWriter> collector in collectors) collector(writer);
    }

    /// <summary>
    /// Forgets series that are idle and held by nobody. Writing does so too; whoever makes series without end calls it now and then, since nobody may
    /// ever ask for the text.
    /// </summary>
    public void Expire()
    {
        long now = _time.GetTimestamp();
        IMetricFamily[] families;
        lock (_gate) families = [.. _families];
        foreach (IMetricFamily family in families) family.Expire(now);
    }

    internal TimeSpan Elapsed(long since, long now) => _time.GetElapsedTime(since, now);

    internal long Now() => _time.GetTimestamp();

    private T Add<T>(T family)
        where T : IMetricFamily
    {
        lock (_gate)
        {
            CheckNew(family.Description.Name);
            _families.Add(family);
        }

        return family;
    }

    private void CheckNew(string name)
    {
        foreach (IMetricFamily other in _families)
        {
            if (other.Description.Name == name) throw new ArgumentException($"metric family {name} is registered twice");
        }

        foreach (MetricDescription other in _collected)
        {
            if (other.Name == name) throw new ArgumentException($"metric family {name} is registered twice");
        }
    }
}
