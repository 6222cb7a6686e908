namespace Linkerd.Proxy;

/// <summary>
/// Gives back what the collector keeps after a busy time. Requests allocate nothing, so after a burst of connections nothing would ever
/// start another collection, and their garbage would stay resident.
/// </summary>
internal static class IdleMemory
{
    /// <summary>Less than this is not worth stopping the threads for.</summary>
    private const long Worthwhile = 2 * 1024 * 1024;

    private static long s_collectedAt;

    /// <summary>Collects and returns free memory to the system, if enough was allocated since the last time. Called by workers that have been idle for seconds.</summary>
    public static void GiveBack()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        long before = Volatile.Read(ref s_collectedAt);
        if (allocated - before < Worthwhile || Interlocked.CompareExchange(ref s_collectedAt, allocated, before) != before) return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
