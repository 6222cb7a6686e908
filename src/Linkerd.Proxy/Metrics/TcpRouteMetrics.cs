using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>Connections by one route of opaque traffic, for one worker.</summary>
public sealed class TcpRouteMetrics(TcpRouteFamilies families, Labels labels, int worker)
{
    private readonly Counter _opened = families.Opened.With(labels);

    public void Opened() => _opened.For(worker).Increment();

    /// <summary><paramref name="error"/> is <c>forbidden</c>, <c>invalid_policy</c>, <c>unexpected</c>, or empty for none.</summary>
    public void Closed(string error) => families.Closed.With(labels.And("error", error)).For(worker).Increment();
}
