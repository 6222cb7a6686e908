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
    private static long s_trimmedAt;
    private static long s_live;

    /// <summary>Collects and returns free memory to the system, if enough was allocated since the last time. True when it did. Called by workers that are idle.</summary>
    /// <param name="pools">Pools were given back too: what was allocated since the last time that they were counts.</param>
    public static bool GiveBack(bool pools)
    {
        if (!pools) return Collect(ref s_collectedAt, Worthwhile, GCCollectionMode.Aggressive);
        if (!Collect(ref s_trimmedAt, Worthwhile, GCCollectionMode.Aggressive)) return false;
        Volatile.Write(ref s_collectedAt, Volatile.Read(ref s_trimmedAt));
        return true;
    }

    /// <summary>Bounds the garbage of a proxy that is never idle: a full collection, some milliseconds, when four times of what lives, and 16 MiB at least, were allocated since the last one.</summary>
    public static void Bound() => _ = Collect(ref s_collectedAt, Math.Max(Tolerated, 4 * Volatile.Read(ref s_live)), GCCollectionMode.Forced);

    private static bool Collect(ref long since, long after, GCCollectionMode mode)
    {
        long allocated = GC.GetTotalAllocatedBytes();
        long before = Volatile.Read(ref since);
        if (allocated - before < after || Interlocked.CompareExchange(ref since, allocated, before) != before) return false;
        GC.Collect(GC.MaxGeneration, mode, blocking: true, compacting: true);
        Volatile.Write(ref s_live, GC.GetTotalMemory(forceFullCollection: false));
        return true;
    }
}
