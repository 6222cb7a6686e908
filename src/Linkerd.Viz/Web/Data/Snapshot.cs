namespace Linkerd.Viz.Web.Data;

/// <summary>The whole mesh over one window, as it was at one moment. Never changed after it is made.</summary>
/// <param name="Time">When it was taken.</param>
/// <param name="Window">How far it looks back.</param>
/// <param name="Inbound">Traffic by workload, as the servers' proxies measured it.</param>
/// <param name="Edges">Traffic by pair, as the clients' proxies measured it.</param>
internal sealed record Snapshot(
    DateTimeOffset Time, TimeSpan Window, IReadOnlyDictionary<WorkloadKey, Traffic> Inbound, IReadOnlyDictionary<EdgeKey, EdgeFacts> Edges);
