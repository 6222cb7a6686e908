namespace Linkerd.Stats.Reports;

/// <summary>What went through in a window. Counts are of responses; latencies, milliseconds to the first byte, are null without observations.</summary>
public sealed record TrafficStats
{
    /// <summary>No traffic.</summary>
    public static TrafficStats None { get; } = new();

    /// <summary>Responses that count as success.</summary>
    public double Successes { get; init; }

    /// <summary>Responses that do not.</summary>
    public double Failures { get; init; }

    /// <summary>Median.</summary>
    public double? LatencyP50 { get; init; }

    /// <summary>95th percentile.</summary>
    public double? LatencyP95 { get; init; }

    /// <summary>99th percentile.</summary>
    public double? LatencyP99 { get; init; }

    /// <summary>All responses.</summary>
    public double Total => Successes + Failures;

    /// <summary>Share of successes, 0 to 1; null without responses.</summary>
    public double? SuccessRate => Total > 0 ? Successes / Total : null;

    /// <summary>Responses per second over a window; null without responses.</summary>
    public double? Rps(TimeSpan window) => Total > 0 ? Total / window.TotalSeconds : null;

    /// <summary>Without the latencies where there was no response.</summary>
    internal TrafficStats Settled() => Total > 0 ? this : this with { LatencyP50 = null, LatencyP95 = null, LatencyP99 = null };
}
