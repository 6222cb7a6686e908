namespace Linkerd.Viz.Web.Data;

/// <summary>The golden metrics of one workload at one moment; NaN where there is none. Single precision: they are drawn, not summed.</summary>
internal readonly record struct HistorySample(float Success, float Rps, float P99)
{
    /// <summary>No data.</summary>
    public static HistorySample None { get; } = new(float.NaN, float.NaN, float.NaN);

    /// <summary>Of some traffic.</summary>
    public static HistorySample Of(Traffic traffic, TimeSpan window) => new(Value(traffic.Success), Value(traffic.Rps(window)), Value(traffic.Latency(0.99)));

    private static float Value(double? value) => value is { } v ? (float)v : float.NaN;
}
