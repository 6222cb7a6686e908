namespace Linkerd.Telemetry;

internal interface IMetricFamily
{
    MetricDescription Description { get; }

    void Write(MetricsWriter writer, long now);
}
