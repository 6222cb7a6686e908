using Linkerd.Stats.Reports;

namespace Linkerd.Viz.Web.Data;

/// <summary>The cluster view as the reports of Linkerd.Stats ask for it.</summary>
internal sealed class FactsWorkloads(IClusterView view) : IWorkloadSource
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<WorkloadInfo>> ListAsync(ResourceRef resource, string labelSelector, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<WorkloadInfo>>([.. List(resource, view.Read())]);

    private static IEnumerable<WorkloadInfo> List(ResourceRef resource, ClusterFacts facts)
    {
        bool Wanted(string ns, string name) =>
            (resource.Kind.Name == "namespace" || resource.Namespace.Length == 0 || ns == resource.Namespace) && (resource.Name is null || name == resource.Name);
        return resource.Kind.Name switch
        {
            "authority" => [],
            "service" => facts.Services.Where(s => Wanted(s.Namespace, s.Name)).Select(static s => new WorkloadInfo("service", s.Namespace, s.Name, null, null, 0, "")),
            "namespace" => facts.Namespaces.Keys.Where(n => Wanted(n, n)).Select(n => Describe("namespace", "", n, facts.Pods.Where(p => p.Namespace == n))),
            "pod" => facts.Pods.Where(p => Wanted(p.Namespace, p.Name)).Select(static p => Describe("pod", p.Namespace, p.Name, [p])),
            var kind => facts.Workloads.Where(w => w.Key.Kind == kind && Wanted(w.Key.Namespace, w.Key.Name)).Select(static w => Describe(w.Key.Kind, w.Key.Namespace, w.Key.Name, w.Value)),
        };
    }

    private static WorkloadInfo Describe(string kind, string ns, string name, IEnumerable<PodFacts> pods)
    {
        var (meshed, running, account, status) = (0, 0, "", (string?)null);
        foreach (var pod in pods)
        {
            (account, status) = ($"{pod.Account}.{pod.Namespace}", pod.Status);
            if (!pod.Runs)
                continue;
            running++;
            meshed += pod.Meshed ? 1 : 0;
        }

        return new WorkloadInfo(kind, ns, name, kind == "pod" ? status : null, meshed, running, account);
    }
}
