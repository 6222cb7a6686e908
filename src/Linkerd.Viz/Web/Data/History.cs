namespace Linkerd.Viz.Web.Data;

/// <summary>
/// The last ten minutes of every workload for its sparklines, so that the overview needs no query of its own for them. Slots are aligned to
/// the clock: lines of different workloads line up. Bounded: 2,000 workloads, those seen last.
/// </summary>
internal sealed class History(TimeProvider time)
{
    /// <summary>Workloads kept.</summary>
    public const int MaxWorkloads = 2_000;

    /// <summary>Points of a line.</summary>
    public const int Points = 20;

    /// <summary>Time between two points.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private readonly Access.BoundedTable<WorkloadKey, Ring> _rings = new(MaxWorkloads);

    /// <summary>Keeps a snapshot.</summary>
    public void Add(Snapshot snapshot)
    {
        foreach (var (key, traffic) in snapshot.Inbound)
            Add(key, snapshot.Time, HistorySample.Of(traffic, snapshot.Window));
    }

    /// <summary>Keeps one sample; a later one of the same step takes its place.</summary>
    public void Add(WorkloadKey key, DateTimeOffset at, HistorySample sample) =>
        _rings.Update(key, old =>
        {
            var ring = old ?? new Ring();
            ring.Set(Slot(at), sample);
            return ring;
        });

    /// <summary>The samples of the last ten minutes, oldest first.</summary>
    public HistorySample[] Read(WorkloadKey key)
    {
        var last = Slot(time.GetUtcNow());
        var samples = new HistorySample[Points];
        _rings.TryGet(key, out var ring);
        for (var i = 0; i < Points; i++)
            samples[i] = ring?.Get(last - Points + 1 + i) ?? HistorySample.None;
        return samples;
    }

    private static long Slot(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / (long)Step.TotalMilliseconds;

    private sealed class Ring
    {
        private readonly (long Slot, HistorySample Sample)[] _samples = new (long, HistorySample)[Points];
        private readonly Lock _lock = new();

        public void Set(long slot, HistorySample sample)
        {
            lock (_lock)
                _samples[slot % Points] = (slot, sample);
        }

        public HistorySample? Get(long slot)
        {
            lock (_lock)
                return _samples[slot % Points] is var (held, sample) && held == slot ? sample : null;
        }
    }
}
