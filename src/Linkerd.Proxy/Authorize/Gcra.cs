using System.Runtime.InteropServices;

namespace Linkerd.Proxy.Authorize;

/// <summary>
/// Requests per second by the generic cell rate algorithm (ITU-T I.371): who was quiet may send one second's worth at once, and goes on at the
/// rate. Its state is one number that all workers share by compare-and-swap, so the limit is exact however many there are. Any thread.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public sealed class Gcra
{
    // Alone on its cache line: a limit that is in use is written by every worker.
    [FieldOffset(64)]
    private long _arrival;

    [FieldOffset(0)]
    private readonly long _interval;

    [FieldOffset(8)]
    private readonly long _tolerance;

    [FieldOffset(16)]
    private bool _retired;

    /// <param name="requestsPerSecond">At least 1.</param>
    public Gcra(uint requestsPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfZero(requestsPerSecond);
        _interval = Math.Max(1, 1_000_000_000 / requestsPerSecond);
        _tolerance = _interval * (requestsPerSecond - 1);
    }

    /// <summary>Nobody may hold on to it: the table forgot it, and a new one takes its place.</summary>
    public bool IsRetired
    {
        get => Volatile.Read(ref _retired);
        set => Volatile.Write(ref _retired, value);
    }

    /// <summary>Takes one request's place at <paramref name="now"/>, in nanoseconds of a clock that all callers share; false when the rate is exceeded.</summary>
    public bool TryTake(long now)
    {
        long seen = Volatile.Read(ref _arrival);
        while (true)
        {
            long arrival = Math.Max(seen, now);
            if (arrival - now > _tolerance) return false;
            long prior = Interlocked.CompareExchange(ref _arrival, arrival + _interval, seen);
            if (prior == seen) return true;
            seen = prior;
        }
    }

    /// <summary>It has forgotten all requests: a new one would decide the same.</summary>
    public bool IsIdle(long now) => Volatile.Read(ref _arrival) <= now;
}
