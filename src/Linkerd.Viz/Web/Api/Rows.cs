using Linkerd.Viz.Web.Api.Models;
using Linkerd.Viz.Web.Data;

namespace Linkerd.Viz.Web.Api;

/// <summary>Makes the rows of the answers from facts and traffic.</summary>
internal static class Rows
{
    private static readonly Traffic s_none = new();

    /// <summary>A workload.</summary>
    public static WorkloadRow Of(WorkloadKey key, IReadOnlyList<PodFacts> pods, Snapshot snapshot, SparkLines? spark)
    {
        var traffic = snapshot.Inbound.GetValueOrDefault(key) ?? s_none;
        var seconds = snapshot.Window.TotalSeconds;
        return new WorkloadRow(
            key.Namespace, key.Kind, key.Name,
            pods.Count(static p => p is { Runs: true, Meshed: true }), pods.Count(static p => p.Runs), pods.Count(static p => p.Phase == "Failed"),
            traffic.Success, traffic.Rps(snapshot.Window), traffic.Latency(0.5), traffic.Latency(0.95), traffic.Latency(0.99),
            traffic.Connections, traffic.ReadBytes / seconds, traffic.WriteBytes / seconds, spark);
    }

    /// <summary>A namespace: the sum of its workloads.</summary>
    public static NamespaceRow Of(string ns, ICollection<PodFacts> pods, Traffic traffic, TimeSpan window) => new(
        ns, pods.Count(static p => p is { Runs: true, Meshed: true }), pods.Count(static p => p.Runs),
        traffic.Success, traffic.Rps(window), traffic.Latency(0.5), traffic.Latency(0.95), traffic.Latency(0.99));

    /// <summary>The last ten minutes of a workload.</summary>
    public static SparkLines Spark(History history, WorkloadKey key)
    {
        var samples = history.Read(key);
        return new SparkLines(Points(static s => s.Success), Points(static s => s.Rps), Points(static s => s.P99));

        double?[] Points(Func<HistorySample, float> pick) => Array.ConvertAll(samples, s => float.IsNaN(pick(s)) ? (double?)null : pick(s));
    }

    /// <summary>An edge.</summary>
    public static TopologyEdge Of(EdgeKey key, EdgeFacts edge, TimeSpan window, ClusterFacts facts) => new(
        key.Source.Id, key.Destination.Id, edge.Traffic.Rps(window), edge.Traffic.Success, edge.Traffic.Latency(0.99), edge.Secured,
        edge.Secured ? Account(facts, key.Source) : "", edge.ServerId, edge.NoTlsReason);

    /// <summary>A pod.</summary>
    public static PodRow Of(PodFacts pod, Traffic? traffic, TimeSpan window, DateTimeOffset now) => new(
        pod.Name, pod.Status, pod.Meshed, pod.Node, pod.Ip, pod.Ready, pod.Restarts, pod.Started is { } started ? Math.Max(0, Math.Floor((now - started).TotalSeconds)) : null,
        pod.ProxyVersion, traffic?.Success, traffic?.Rps(window), traffic?.Latency(0.99), pod.Error);

    // No metric of a client says who it is: it is the account that its pods run as.
    private static string Account(ClusterFacts facts, WorkloadKey key) =>
        facts.Workloads.TryGetValue(key, out var pods) && pods.Count > 0 ? $"{pods[0].Account}.{key.Namespace}" : "";
}
