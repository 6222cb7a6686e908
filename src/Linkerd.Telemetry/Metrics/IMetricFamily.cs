namespace Linkerd.Telemetry;

internal interface IMetricFamily
{
    MetricDescription Description { get; }

    void Write(MetricsWriter writer, long now);

    /// <summary>Forgets what is idle and held by nobody, without writing.</summary>
    void Expire(long now);
}
