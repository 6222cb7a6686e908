namespace Linkerd.Viz.Web.Data;

/// <summary>
/// Snapshots by window, shared by all users: one that is younger than <see cref="Fresh"/> is given as it is, one that is younger than
/// <see cref="Usable"/> is given at once while the next is taken, and only an older one is waited for. One is taken at a time for a window.
/// </summary>
internal sealed class SnapshotCache(SnapshotReader reader, TimeProvider time)
{
    /// <summary>How old a snapshot may be before another is taken.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    /// <summary>How old a snapshot may be and still be shown.</summary>
    public static readonly TimeSpan Usable = TimeSpan.FromSeconds(30);

    private const int MaxWindows = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Access.BoundedTable<TimeSpan, Entry> _entries = new(MaxWindows);
    private readonly Lock _lock = new();

    /// <summary>The snapshot over <paramref name="window"/>.</summary>
    /// <exception cref="Stats.MetricsSourceException">The source did not answer.</exception>
    public async Task<Snapshot> GetAsync(TimeSpan window, CancellationToken cancel)
    {
        Entry entry;
        Task<Snapshot> taking;
        lock (_lock)
        {
            if (!_entries.TryGet(window, out entry!))
                _entries.Set(window, entry = new Entry());
            var age = entry.Last is null ? TimeSpan.MaxValue : time.GetUtcNow() - entry.Last.Time;
            if (age <= Fresh)
                return entry.Last!;
            taking = entry.Taking is { IsCompleted: false } running ? running : entry.Taking = TakeAsync(entry, window);
            if (age <= Usable)
            {
                // Nobody waits for this one: what it fails with, the next one will fail with too.
                _ = taking.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                return entry.Last!;
            }
        }

        return await taking.WaitAsync(cancel);
    }

    private async Task<Snapshot> TakeAsync(Entry entry, TimeSpan window)
    {
        // Off the caller's lock, and not ended by the user who happened to ask first.
        await Task.Yield();
        using var limit = new CancellationTokenSource(Patience, time);
        try
        {
            var snapshot = await reader.ReadAsync(window, limit.Token);
            lock (_lock)
                entry.Last = snapshot;
            return snapshot;
        }
        catch (OperationCanceledException e)
        {
            throw new Stats.MetricsSourceException($"the metrics source did not answer within {Patience.TotalSeconds:0} s", e);
        }
    }

    private sealed class Entry
    {
        public Snapshot? Last { get; set; }

        public Task<Snapshot>? Taking { get; set; }
    }
}
