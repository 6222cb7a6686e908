using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>Where requests of one route for one host are counted; for every host where hosts are not told apart.</summary>
public sealed class RouteHost
{
    internal RouteHost(byte[] name, HistogramCell duration, StatusCounters statuses)
    {
        Name = name;
        Duration = duration;
        Statuses = statuses;
    }

    internal byte[] Name { get; }

    internal HistogramCell Duration { get; }

    internal StatusCounters Statuses { get; }
}
