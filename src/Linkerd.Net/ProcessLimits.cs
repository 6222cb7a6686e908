using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>Limits of this process.</summary>
public static unsafe class ProcessLimits
{
    private static long s_known = long.MaxValue;

    /// <summary>Raises the soft limit of open descriptors (RLIMIT_NOFILE) to the hard one and returns what holds now. Never throws: a refusal leaves it as it was.</summary>
    public static long RaiseDescriptorLimit()
    {
        ulong* limits = stackalloc ulong[2];
        if (Libc.GetRLimit(Const.RLimitNoFile, limits) < 0) return -1;
        ulong before = limits[0];
        limits[0] = limits[1];
        s_known = Clamp(Libc.SetRLimit(Const.RLimitNoFile, limits) < 0 ? before : limits[0]);
        return s_known;
    }

    /// <summary>Sets the soft limit of open descriptors; it cannot exceed the hard one.</summary>
    public static void SetDescriptorLimit(long soft)
    {
        ulong* limits = stackalloc ulong[2];
        if (Libc.GetRLimit(Const.RLimitNoFile, limits) < 0) throw NetException.Last("getrlimit");
        limits[0] = Math.Min((ulong)soft, limits[1]);
        if (Libc.SetRLimit(Const.RLimitNoFile, limits) < 0) throw NetException.Last("setrlimit");
        s_known = Clamp(limits[0]);
    }

    /// <summary>The soft limit of open descriptors; -1 when unknown.</summary>
    public static long DescriptorLimit()
    {
        ulong* limits = stackalloc ulong[2];
        return Libc.GetRLimit(Const.RLimitNoFile, limits) < 0 ? -1 : Clamp(limits[0]);
    }

    /// <summary>A new descriptor of this number means that fewer than <paramref name="reserve"/> are free: the kernel always hands out the lowest.</summary>
    internal static bool EatsReserve(int fd, int reserve) => reserve > 0 && fd >= s_known - reserve;

    /// <summary>Asks the C library to give free heap pages back to the system.</summary>
    public static void ReleaseFreeMemory()
    {
        try
        {
            _ = Libc.MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no malloc_trim, and gives large blocks back by itself.
        }
    }

    private static long Clamp(ulong value) => value > long.MaxValue ? long.MaxValue : (long)value;
}
