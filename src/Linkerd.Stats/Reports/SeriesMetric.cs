namespace Linkerd.Stats.Reports;

/// <summary>What a <see cref="TimeSeriesReport"/> draws.</summary>
public enum SeriesMetric
{
    /// <summary>Share of successes, 0 to 1.</summary>
    Success,

    /// <summary>Responses per second.</summary>
    Rps,

    /// <summary>Median latency, milliseconds.</summary>
    P50,

    /// <summary>95th percentile, milliseconds.</summary>
    P95,

    /// <summary>99th percentile, milliseconds.</summary>
    P99,

    /// <summary>Open TCP connections.</summary>
    Tcp,
}
