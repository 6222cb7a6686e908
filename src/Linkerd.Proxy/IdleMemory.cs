namespace Linkerd.Proxy;

/// <summary>
/// Gives back what the collector keeps. Requests allocate nothing, so after a burst of connections nothing would ever start another
/// collection of what they left behind, and their garbage would stay resident.
/// </summary>
internal static class IdleMemory
{
    /// <summary>Less than this is not worth stopping the threads for.</summary>
    private const long Worthwhile = 2 * 1024 * 1024;

    /// <summary>
    /// Garbage of connections that a busy proxy may hold. Of what survives one small collection little is alive after the next, but the collector
    /// looks at it again only when the whole heap has grown by more than this.
    /// </summary>
    private const long Tolerated = 16 * 1024 * 1024;

    private static long s_collectedAt;
    private static long s_live;

    /// <summary>Collects and returns free memory to the system, if enough was allocated since the last time. True when it did. Called by workers that are idle.</summary>
    public static bool GiveBack() => Collect(Worthwhile, GCCollectionMode.Aggressive);

    /// <summary>Bounds the garbage of a proxy that is never idle: a full collection, some milliseconds, when four times of what lives, and 16 MiB at least, were allocated since the last one.</summary>
    public static void Bound() => _ = Collect(Math.Max(Tolerated, 4 * Volatile.Read(ref s_live)), GCCollectionMode.Forced);

    private static bool Collect(long after, GCCollectionMode mode)
    {
        long allocated = GC.GetTotalAllocatedBytes();
        long before = Volatile.Read(ref s_collectedAt);
        if (allocated - before < after || Interlocked.CompareExchange(ref s_collectedAt, allocated, before) != before) return false;
        GC.Collect(GC.MaxGeneration, mode, blocking: true, compacting: true);
        Volatile.Write(ref s_live, GC.GetTotalMemory(forceFullCollection: false));
        return true;
    }
}
