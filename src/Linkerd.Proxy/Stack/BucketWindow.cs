namespace Linkerd.Proxy.Stack;

/// <summary>
/// Counts two things over a sliding window of ten buckets. Every worker adds to buckets of its own, without an atomic; whoever needs the sums
/// reads those of all workers. A bucket that has left the window counts no more.
/// </summary>
public sealed class BucketWindow
{
    private const int Buckets = 10;

    // Stamp, first and second count of a bucket; four longs apart from the next, and a row's ends unused, so that workers share no cache line.
    private const int Stride = 4;
    private const int Padding = 8;

    private readonly long[][] _rows;
    private readonly long _bucketNanoseconds;
    private int _epoch;

    /// <param name="workers">Workers that add; each uses its own index below this.</param>
    /// <param name="window">Length of the window; at least 10 ms.</param>
    public BucketWindow(int workers, TimeSpan window)
    {
        _rows = new long[workers][];
        for (int i = 0; i < workers; i++) _rows[i] = new long[(Buckets * Stride) + (2 * Padding)];
        _bucketNanoseconds = Math.Max(1_000_000, window.Ticks * TimeSpan.NanosecondsPerTick / Buckets);
    }

    /// <summary>Adds. Only the worker's own thread may call it.</summary>
    public void Add(int worker, long now, long first, long second)
    {
        long generation = now / _bucketNanoseconds;
        long stamp = Stamp(generation, Volatile.Read(ref _epoch));
        Span<long> bucket = _rows[worker].AsSpan(Padding + ((int)(generation % Buckets) * Stride), Stride);
        if (bucket[0] != stamp)
        {
            // A reader that sees the old counts sees the old stamp too.
            Volatile.Write(ref bucket[0], 0);
            Volatile.Write(ref bucket[1], 0);
            Volatile.Write(ref bucket[2], 0);
            Volatile.Write(ref bucket[0], stamp);
        }

        Volatile.Write(ref bucket[1], bucket[1] + first);
        Volatile.Write(ref bucket[2], bucket[2] + second);
    }

    /// <summary>The sums of all workers. Any thread.</summary>
    public (long First, long Second) Sum(long now)
    {
        long newest = now / _bucketNanoseconds;
        int epoch = Volatile.Read(ref _epoch);
        long first = 0;
        long second = 0;
        foreach (long[] row in _rows)
        {
            for (int i = 0; i < Buckets; i++)
            {
                Span<long> bucket = row.AsSpan(Padding + (i * Stride), Stride);
                long stamp = Volatile.Read(ref bucket[0]);
                if (stamp == 0) continue;
                // Clocks are read once per turn of a loop, so one worker's bucket may be newer than this one's now.
                long age = newest - Generation(stamp);
                if (age >= Buckets || EpochOf(stamp) != (epoch & 0xffff)) continue;
                first += Volatile.Read(ref bucket[1]);
                second += Volatile.Read(ref bucket[2]);
            }
        }

        return (first, second);
    }

    /// <summary>Forgets everything. Any thread.</summary>
    public void Clear() => Interlocked.Increment(ref _epoch);

    private static long Stamp(long generation, int epoch) => ((generation + 1) << 16) | (uint)(epoch & 0xffff);

    private static long Generation(long stamp) => (stamp >> 16) - 1;

    private static int EpochOf(long stamp) => (int)(stamp & 0xffff);
}
