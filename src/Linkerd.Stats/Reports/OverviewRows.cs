namespace Linkerd.Stats.Reports;

/// <summary>The whole mesh at a glance.</summary>
/// <param name="Window">What the numbers are over.</param>
/// <param name="Namespaces">Sorted by name; those with a pod.</param>
/// <param name="Workloads">Sorted by namespace, kind and name.</param>
public sealed record Overview(TimeSpan Window, IReadOnlyList<OverviewNamespace> Namespaces, IReadOnlyList<OverviewWorkload> Workloads);

/// <summary>A namespace of an <see cref="Overview"/>; pods are those that are pending or running.</summary>
public sealed record OverviewNamespace(string Name, int MeshedPods, int RunningPods, TrafficStats Inbound);

/// <summary>A workload of an <see cref="Overview"/>: what its proxies let in.</summary>
public sealed record OverviewWorkload(WorkloadId Id, WorkloadInfo Info, TrafficStats Inbound)
{
    /// <summary>Open connections; null when no proxy told.</summary>
    public double? TcpConnections { get; init; }

    /// <summary>Bytes per second from clients.</summary>
    public double? ReadBytesPerSecond { get; init; }

    /// <summary>Bytes per second to clients.</summary>
    public double? WriteBytesPerSecond { get; init; }

    /// <summary>The last ten minutes in twenty points; empty when they were not asked for.</summary>
    public Sparks Sparks { get; init; } = Sparks.None;
}

/// <summary>Three small series of equal length, oldest first; null where there was no traffic.</summary>
public sealed record Sparks(IReadOnlyList<double?> Success, IReadOnlyList<double?> Rps, IReadOnlyList<double?> LatencyP99)
{
    /// <summary>No points.</summary>
    public static Sparks None { get; } = new([], [], []);
}
