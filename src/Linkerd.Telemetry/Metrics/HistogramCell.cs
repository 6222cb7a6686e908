namespace Linkerd.Telemetry;

/// <summary>One writer's part of a histogram.</summary>
public sealed class HistogramCell
{
    // Unused ends keep the cells of two writers on cache lines of their own.
    private const int Padding = 8;
    private readonly double[] _bounds;
    private readonly long[] _counts;
    private double _sum;

    internal HistogramCell(double[] bounds)
    {
        _bounds = bounds;
        _counts = new long[bounds.Length + 1 + (2 * Padding)];
    }

    internal long Count
    {
        get
        {
            long count = 0;
            foreach (ref long bucket in _counts.AsSpan(Padding, _bounds.Length + 1)) count += Volatile.Read(ref bucket);
            return count;
        }
    }

    /// <summary>Counts one observation, in the unit of the bounds. Only the owning thread may call it.</summary>
    public void Observe(double value)
    {
        int bucket = 0;
        double[] bounds = _bounds;
        while (bucket < bounds.Length && value > bounds[bucket]) bucket++;
        _counts[Padding + bucket]++;
        _sum += value;
    }

    internal double AddTo(Span<long> counts)
    {
        for (int i = 0; i < counts.Length; i++) counts[i] += Volatile.Read(ref _counts[Padding + i]);
        return Volatile.Read(ref _sum);
    }
}
