using Linkerd.Viz.Web.Data;

namespace Linkerd.Viz.Tests.Web;

/// <summary>A cluster that does not change: deployments with one pod each.</summary>
internal sealed class FixedCluster(ClusterFacts facts) : IClusterView
{
    public bool Ready => true;

    public ClusterFacts Read() => facts;

    /// <summary>One namespace, these deployments.</summary>
    public static FixedCluster Of(string ns, params string[] deployments) => Of(deployments.Select(d => (ns, d)));

    /// <summary>Deployments anywhere.</summary>
    public static FixedCluster Of(IEnumerable<(string Namespace, string Name)> deployments)
    {
        var workloads = deployments.ToDictionary(
            static d => new WorkloadKey(d.Namespace, "deployment", d.Name), static IReadOnlyList<PodFacts> (d) => [Pod(new WorkloadKey(d.Namespace, "deployment", d.Name), d.Name + "-0")]);
        return new FixedCluster(new ClusterFacts(
            workloads.Keys.Select(static k => k.Namespace).Distinct().ToDictionary(static n => n, static IReadOnlyDictionary<string, string> (_) => new Dictionary<string, string>()),
            workloads,
            [.. workloads.Keys.Select(static k => new ServiceFacts(k.Namespace, k.Name + "-svc", new Dictionary<string, string> { ["app"] = k.Name }))]));
    }

    private static PodFacts Pod(WorkloadKey owner, string name) => new()
    {
        Namespace = owner.Namespace,
        Name = name,
        Owner = owner,
        Labels = new Dictionary<string, string> { ["app"] = owner.Name },
        Phase = "Running",
        Status = "Running",
        Meshed = true,
        Ready = true,
        ProxyVersion = "1.2.3",
        Account = owner.Name,
        Ip = "10.0.0.1",
    };
}
