using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Stats.Reports;

/// <summary>Lists workloads and their pods, Services, policies and splits of a cluster.</summary>
public sealed class KubernetesWorkloads(IObjectLister objects) : IWorkloadSource
{
    private const string MeshLabel = "linkerd.io/control-plane-ns";

    /// <summary>Asks the API server at each question.</summary>
    public KubernetesWorkloads(KubernetesClient client)
        : this(new ClientObjects(client))
    {
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WorkloadInfo>> ListAsync(ResourceRef resource, string labelSelector, CancellationToken cancellationToken)
    {
        if (resource.Kind.Name == "authority")
            return [];
        var ns = resource.Namespace.Length == 0 || resource.Kind.Name == "namespace" ? null : resource.Namespace;
        if (!resource.Kind.OwnsPods)
            return [.. (await new PodlessObjects(objects).ListAsync(resource.Kind, ns, labelSelector, cancellationToken)).Where(o => resource.Name is null || o.Name == resource.Name)];

        var pods = objects.ListAsync(Resources.Pods, resource.Kind.Name == "namespace" ? resource.Name : ns, "", cancellationToken);
        var owners = await OwnersAsync(resource, ns, labelSelector, cancellationToken);
        var byNamespace = (await pods).ToLookup(p => p.Metadata.Namespace ?? "");
        return [.. owners.Where(o => resource.Name is null || o.Name == resource.Name).Select(owner => Describe(resource.Kind, owner, owner.PodsOf(byNamespace)))];
    }

    private Task<IReadOnlyList<Owner>> OwnersAsync(ResourceRef resource, string? ns, string labelSelector, CancellationToken cancellationToken)
    {
        return resource.Kind.Name switch
        {
            "deployment" => CollectAsync(Resources.Deployments, d => Owner.BySelector(d.Metadata, d.Spec?.Selector)),
            "replicaset" => CollectAsync(Resources.ReplicaSets, d => Owner.BySelector(d.Metadata, d.Spec?.Selector)),
            "statefulset" => CollectAsync(Resources.StatefulSets, d => Owner.BySelector(d.Metadata, d.Spec?.Selector)),
            "daemonset" => CollectAsync(Resources.DaemonSets, d => Owner.BySelector(d.Metadata, d.Spec?.Selector)),
            "job" => CollectAsync(Resources.Jobs, d => Owner.BySelector(d.Metadata, d.Spec?.Selector)),
            "replicationcontroller" => CollectAsync(Resources.ReplicationControllers, d => Owner.BySelector(d.Metadata, new LabelSelector { MatchLabels = d.Spec?.Selector })),
            "pod" => CollectAsync(Resources.Pods, Owner.OfPod),
            "namespace" => CollectAsync(Resources.Namespaces, n => Owner.OfNamespace(n.Metadata.Name ?? "")),
            "cronjob" => CronJobsAsync(),
            var other => throw new ArgumentException($"statistics of a {other} are not known"),
        };

        async Task<IReadOnlyList<Owner>> CollectAsync<T>(ResourceType<T> type, Func<T, Owner> owner)
            where T : class => [.. (await objects.ListAsync(type, ns, labelSelector, cancellationToken)).Select(owner)];

        async Task<IReadOnlyList<Owner>> CronJobsAsync()
        {
            try
            {
                return await CollectAsync(Resources.CronJobs, d => Owner.OfCronJob(d.Metadata));
            }
            catch (KubernetesException e) when (e.IsNotFound)
            {
                // batch/v1 has CronJob since 1.21.
                return await CollectAsync(Resources.CronJobsV1Beta1, d => Owner.OfCronJob(d.Metadata));
            }
        }
    }

    private static WorkloadInfo Describe(ResourceKind kind, Owner owner, IEnumerable<Pod> pods)
    {
        var (meshed, running, failed, account, status) = (0, 0, 0, "", (string?)null);
        var names = new List<string>();
        var errors = new List<PodError>();
        foreach (var pod in pods)
        {
            names.Add(pod.Metadata.Name ?? "");
            status = PodPhase.Of(pod);
            account = (pod.Spec?.ServiceAccountName is { Length: > 0 } name ? name : "default") + "." + pod.Metadata.Namespace;
            errors.AddRange(PodPhase.ErrorsOf(pod));
            if (pod.Status?.Phase == "Failed")
                failed++;
            if (pod.Status?.Phase is not ("Running" or "Pending"))
                continue;
            running++;
            if (pod.Metadata.Labels?.ContainsKey(MeshLabel) == true)
                meshed++;
        }

        return new WorkloadInfo(kind.Name, kind.Name == "namespace" ? "" : owner.Namespace, owner.Name, kind.Name == "pod" ? status : null, meshed, running, account)
        {
            Failed = failed,
            Controlled = owner.Controlled,
            Pods = names,
            Errors = errors,
        };
    }
}
