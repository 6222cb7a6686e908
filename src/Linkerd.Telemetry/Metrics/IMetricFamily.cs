namespace Linkerd.Telemetry;

internal interface IMetricFamily
{
    string Name { get; }

    void Write(MetricsWriter writer, long now);
}
