namespace Linkerd.Components;

/// <summary>One histogram. Thread-safe.</summary>
internal sealed class HistogramCell(double[] buckets)
{
    private readonly long[] _counts = new long[buckets.Length + 1];
    private readonly Lock _lock = new();
    private double _sum;

    /// <summary>Counts a value.</summary>
    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < buckets.Length && value > buckets[bucket])
            bucket++;
        lock (_lock)
        {
            _counts[bucket]++;
            _sum += value;
        }
    }

    /// <summary>How many values fell into each bucket and above the last, and their sum.</summary>
    public (long[] Counts, double Sum) Read()
    {
        lock (_lock)
            return ([.. _counts], _sum);
    }
}
