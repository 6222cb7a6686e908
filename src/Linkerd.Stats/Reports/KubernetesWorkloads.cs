using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Stats.Reports;

/// <summary>Lists workloads and their pods from a Kubernetes API.</summary>
public sealed class KubernetesWorkloads(KubernetesClient client) : IWorkloadSource
{
    private const string MeshLabel = "linkerd.io/control-plane-ns";
    private const int PageSize = 500;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WorkloadInfo>> ListAsync(ResourceRef resource, string labelSelector, CancellationToken cancellationToken)
    {
        if (resource.Kind.Name == "authority")
            return [];
        var ns = resource.Namespace.Length == 0 || resource.Kind.Name == "namespace" ? null : resource.Namespace;
        var owners = await OwnersAsync(resource, ns, labelSelector, cancellationToken);
        if (resource.Name is not null)
            owners = [.. owners.Where(o => o.Name == resource.Name)];
        if (resource.Kind.Name == "service")
            return [.. owners.Select(o => new WorkloadInfo("service", o.Namespace, o.Name, null, null, 0, ""))];

        var pods = await PodsAsync(resource.Kind.Name == "namespace" ? resource.Name : ns, cancellationToken);
        var byNamespace = pods.ToLookup(p => p.Metadata.Namespace ?? "");
        return [.. owners.Select(owner => Describe(resource.Kind, owner, owner.PodsOf(byNamespace)))];
    }

    private async Task<IReadOnlyList<Owner>> OwnersAsync(ResourceRef resource, string? ns, string labelSelector, CancellationToken cancellationToken)
    {
        var options = new ListOptions { LabelSelector = labelSelector.Length == 0 ? null : labelSelector, Limit = PageSize };
        return resource.Kind.Name switch
        {
            "deployment" => await CollectAsync(Resources.Deployments, d => d.Metadata, d => d.Spec?.Selector),
            "replicaset" => await CollectAsync(Resources.ReplicaSets, d => d.Metadata, d => d.Spec?.Selector),
            "statefulset" => await CollectAsync(Resources.StatefulSets, d => d.Metadata, d => d.Spec?.Selector),
            "daemonset" => await CollectAsync(Resources.DaemonSets, d => d.Metadata, d => d.Spec?.Selector),
            "job" => await CollectAsync(Resources.Jobs, d => d.Metadata, d => d.Spec?.Selector),
            "replicationcontroller" => await CollectAsync(Resources.ReplicationControllers, d => d.Metadata, d => new LabelSelector { MatchLabels = d.Spec?.Selector }),
            "service" => await CollectAsync(Resources.Services, d => d.Metadata, _ => null),
            "pod" => await PodOwnersAsync(),
            "namespace" => await NamespacesAsync(),
            "cronjob" => await CronJobsAsync(),
            var other => throw new ArgumentException($"statistics of a {other} are not known"),
        };

        async Task<IReadOnlyList<Owner>> CollectAsync<T>(ResourceType<T> type, Func<T, ObjectMeta> metadata, Func<T, LabelSelector?> selector)
            where T : class
        {
            var found = new List<Owner>();
            await foreach (var item in client.Resource(type, ns).ListAllAsync(options, cancellationToken))
                found.Add(Owner.BySelector(metadata(item).Namespace ?? "", metadata(item).Name ?? "", selector(item)));
            return found;
        }

        async Task<IReadOnlyList<Owner>> PodOwnersAsync()
        {
            var found = new List<Owner>();
            await foreach (var pod in client.Resource(Resources.Pods, ns).ListAllAsync(options, cancellationToken))
                found.Add(Owner.OfPod(pod));
            return found;
        }

        async Task<IReadOnlyList<Owner>> NamespacesAsync()
        {
            var found = new List<Owner>();
            await foreach (var item in client.Resource(Resources.Namespaces).ListAllAsync(options, cancellationToken))
                found.Add(Owner.OfNamespace(item.Metadata.Name ?? ""));
            return found;
        }

        async Task<IReadOnlyList<Owner>> CronJobsAsync()
        {
            try
            {
                return await CollectAsync(Resources.CronJobs, d => d.Metadata, _ => null);
            }
            catch (KubernetesException e) when (e.IsNotFound)
            {
                // batch/v1 has CronJob since 1.21.
                return await CollectAsync(Resources.CronJobsV1Beta1, d => d.Metadata, _ => null);
            }
        }
    }

    private async Task<IReadOnlyList<Pod>> PodsAsync(string? ns, CancellationToken cancellationToken)
    {
        var pods = new List<Pod>();
        await foreach (var pod in client.Resource(Resources.Pods, ns).ListAllAsync(new ListOptions { Limit = PageSize }, cancellationToken))
            pods.Add(pod);
        return pods;
    }

    private static WorkloadInfo Describe(ResourceKind kind, Owner owner, IEnumerable<Pod> pods)
    {
        var (meshed, running, account, status) = (0, 0, "", (string?)null);
        foreach (var pod in pods)
        {
            status = PodPhase.Of(pod);
            account = (pod.Spec?.ServiceAccountName is { Length: > 0 } name ? name : "default") + "." + pod.Metadata.Namespace;
            if (pod.Status?.Phase is not ("Running" or "Pending"))
                continue;
            running++;
            if (pod.Metadata.Labels?.ContainsKey(MeshLabel) == true)
                meshed++;
        }

        return new WorkloadInfo(kind.Name, kind.Name == "namespace" ? "" : owner.Namespace, owner.Name, kind.Name == "pod" ? status : null, meshed, running, account);
    }
}
