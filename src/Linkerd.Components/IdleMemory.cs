using Linkerd.Telemetry;

namespace Linkerd.Components;

/// <summary>
/// Gives memory back while a component has little to do: what start-up alone needed, and the garbage of the first lists and of bursts, which
/// nothing would collect for hours, since a quiet component hardly allocates.
/// </summary>
internal sealed class IdleMemory : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    /// <summary>Less than this, in bytes and an interval, is quiet.</summary>
    private const long Quiet = 1024 * 1024;

    /// <summary>Less garbage than this is not worth stopping the threads for.</summary>
    private const long Worthwhile = 4 * 1024 * 1024;

    /// <summary>A heap of up to this size is compacted; a larger one would stand still for too long.</summary>
    private const long Compactable = 1024L * 1024 * 1024;

    private readonly ITimer _timer;
    private long _seen;
    private long _collectedAt;
    private bool _started;

    private IdleMemory(TimeProvider time) => _timer = time.CreateTimer(static self => ((IdleMemory)self!).Look(), this, s_interval, s_interval);

    /// <summary>Begins; ends when the result is disposed.</summary>
    public static IdleMemory Start(TimeProvider time) => new(time);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var recent = allocated - Interlocked.Exchange(ref _seen, allocated);
        var live = GC.GetTotalMemory(forceFullCollection: false);
        if (recent > Quiet || allocated - _collectedAt < Math.Max(Worthwhile, live / 2))
            return;
        _collectedAt = allocated;
        var small = live <= Compactable;
        GC.Collect(GC.MaxGeneration, small ? GCCollectionMode.Aggressive : GCCollectionMode.Forced, blocking: true, compacting: small);
        if (_started)
            return;
        _started = true;
        StartupPages.GiveBack(data: true);
    }
}
