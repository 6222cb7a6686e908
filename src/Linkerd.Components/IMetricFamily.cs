using System.Text;

namespace Linkerd.Components;

/// <summary>Metrics of one name.</summary>
internal interface IMetricFamily
{
    /// <summary>Appends it in the Prometheus text form; nothing while it has no metric.</summary>
    void WriteTo(StringBuilder text);
}
