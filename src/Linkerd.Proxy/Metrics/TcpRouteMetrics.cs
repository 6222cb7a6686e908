using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>Connections by one route of opaque or TLS traffic, for one worker.</summary>
public sealed class TcpRouteMetrics(TcpRouteFamilies families, Labels labels, int worker, bool? hostnames = null)
{
    /// <summary>A connection begins; <paramref name="serverName"/> is shown where TLS routes show names.</summary>
    public void Opened(string serverName) => families.Opened.With(LabelsOf(serverName)).For(worker).Increment();

    /// <summary><paramref name="error"/> is <c>forbidden</c>, <c>invalid_policy</c>, <c>unexpected</c>, or empty for none.</summary>
    public void Closed(string serverName, string error) => families.Closed.With(LabelsOf(serverName).And("error", error)).For(worker).Increment();

    // Null where the label does not exist; empty where it does and names are not to be shown.
    private Labels LabelsOf(string serverName) => labels.And("hostname", hostnames is null ? null : hostnames.Value ? serverName : string.Empty);
}
