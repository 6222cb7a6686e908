using Linkerd.Stats.Query;

namespace Linkerd.Viz.Web.Data;

/// <summary>What is known of some traffic over a window; adds up, and answers the golden metrics. Not thread-safe while it is filled.</summary>
internal sealed class Traffic
{
    private Dictionary<double, double>? _buckets;

    /// <summary>Responses classified as success.</summary>
    public double Successes { get; private set; }

    /// <summary>Responses classified as failure.</summary>
    public double Failures { get; private set; }

    /// <summary>Open connections, null when nobody reported any.</summary>
    public double? Connections { get; private set; }

    /// <summary>Bytes read in the window.</summary>
    public double? ReadBytes { get; private set; }

    /// <summary>Bytes written in the window.</summary>
    public double? WriteBytes { get; private set; }

    /// <summary>Share of successes, 0 to 1; null without responses.</summary>
    public double? Success => Successes + Failures > 0 ? Successes / (Successes + Failures) : null;

    /// <summary>Responses per second over <paramref name="window"/>; null without responses.</summary>
    public double? Rps(TimeSpan window) => Successes + Failures > 0 ? (Successes + Failures) / window.TotalSeconds : null;

    /// <summary>A quantile of the latency in milliseconds; null without responses.</summary>
    public double? Latency(double quantile)
    {
        if (_buckets is null || Successes + Failures <= 0)
            return null;
        var value = CounterMath.Quantile(quantile, [.. _buckets.Select(static b => (b.Key, b.Value))]);
        return double.IsFinite(value) ? value : null;
    }

    /// <summary>Counts responses.</summary>
    public void AddResponses(string classification, double count)
    {
        if (classification == "success")
            Successes += count;
        else
            Failures += count;
    }

    /// <summary>Counts what fell under an upper bound.</summary>
    public void AddBucket(double bound, double count)
    {
        _buckets ??= [];
        _buckets[bound] = _buckets.GetValueOrDefault(bound) + count;
    }

    /// <summary>Counts connections.</summary>
    public void AddConnections(double count) => Connections = (Connections ?? 0) + count;

    /// <summary>Counts bytes.</summary>
    public void AddBytes(double? read, double? written)
    {
        ReadBytes = Sum(ReadBytes, read);
        WriteBytes = Sum(WriteBytes, written);
    }

    /// <summary>Adds other traffic to this.</summary>
    public void Add(Traffic other)
    {
        Successes += other.Successes;
        Failures += other.Failures;
        Connections = Sum(Connections, other.Connections);
        AddBytes(other.ReadBytes, other.WriteBytes);
        foreach (var (bound, count) in other._buckets ?? [])
            AddBucket(bound, count);
    }

    private static double? Sum(double? a, double? b) => a is null ? b : a + (b ?? 0);
}
