using System.Diagnostics;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>Times in milliseconds. Thread-safe.</summary>
internal sealed class Latencies
{
    private readonly Lock _lock = new();
    private readonly List<double> _values = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _values.Count;
        }
    }

    public void Add(long since)
    {
        var elapsed = Stopwatch.GetElapsedTime(since).TotalMilliseconds;
        lock (_lock)
            _values.Add(elapsed);
    }

    /// <summary>The values at the given shares, and none left.</summary>
    public (int Count, double[] At) Take(params double[] shares)
    {
        double[] sorted;
        lock (_lock)
        {
            sorted = [.. _values.Order()];
            _values.Clear();
        }

        return (sorted.Length, [.. shares.Select(s => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(s * sorted.Length))])]);
    }
}
