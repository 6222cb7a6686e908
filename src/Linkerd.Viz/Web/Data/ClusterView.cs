using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Viz.Web.Data;

/// <summary>Follows pods, workloads, namespaces and services by watches.</summary>
internal sealed class ClusterView : IClusterView
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Informer<Pod> _pods;
    private readonly Informer<Namespace> _namespaces;
    private readonly Informer<Service> _services;
    private readonly Informer<PartialObject> _replicaSets;
    private readonly Informer<PartialObject> _jobs;
    private readonly List<(string Kind, Informer<PartialObject> Informer)> _workloads;
    private readonly IInformer[] _all;
    private readonly Lock _lock = new();
    private ClusterFacts _facts = ClusterFacts.Empty;
    private long? _readAt;

    /// <summary>Asks <paramref name="informers"/>, which the caller starts; <paramref name="cronJobs"/> is the version in which the cluster has them.</summary>
    public ClusterView(InformerFactory informers, ResourceType<CronJob> cronJobs, TimeProvider time)
    {
        _time = time;
        _pods = informers.For(Resources.Pods);
        _namespaces = informers.For(Resources.Namespaces);
        _services = informers.For(Resources.Services);
        _replicaSets = informers.For(ResourceType.MetadataOnly(Resources.ReplicaSets));
        _jobs = informers.For(ResourceType.MetadataOnly(Resources.Jobs));
        _workloads =
        [
            ("deployment", informers.For(ResourceType.MetadataOnly(Resources.Deployments))),
            ("statefulset", informers.For(ResourceType.MetadataOnly(Resources.StatefulSets))),
            ("daemonset", informers.For(ResourceType.MetadataOnly(Resources.DaemonSets))),
            ("cronjob", informers.For(ResourceType.MetadataOnly(cronJobs))),
            ("replicationcontroller", informers.For(ResourceType.MetadataOnly(Resources.ReplicationControllers))),
        ];
        _all = [_pods, _namespaces, _services, _replicaSets, _jobs, .. _workloads.Select(static w => w.Informer)];
    }

    /// <inheritdoc/>
    public bool Ready => Array.TrueForAll(_all, static i => i.HasSynced);

    /// <inheritdoc/>
    public ClusterFacts Read()
    {
        lock (_lock)
        {
            if (_readAt is { } at && _time.GetElapsedTime(at) < MaxAge)
                return _facts;
            _facts = Build();
            _readAt = _time.GetTimestamp();
            return _facts;
        }
    }

    private ClusterFacts Build()
    {
        var pods = new Dictionary<WorkloadKey, List<PodFacts>>();
        foreach (var (kind, informer) in _workloads.Append(("job", _jobs)))
        {
            foreach (var item in informer.Items)
            {
                // A CronJob's Jobs are shown as the CronJob.
                if (kind != "job" || Controller(item.Metadata) is null)
                    pods[new WorkloadKey(item.Metadata.Namespace ?? "", kind, item.Metadata.Name ?? "")] = [];
            }
        }

        foreach (var pod in _pods.Items)
        {
            var owner = OwnerOf(pod.Metadata);
            if (!pods.TryGetValue(owner, out var list))
                pods[owner] = list = [];
            list.Add(PodFacts.Of(pod, owner));
        }

        foreach (var list in pods.Values)
            list.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new ClusterFacts(
            _namespaces.Items.OrderBy(static n => n.Metadata.Name, StringComparer.Ordinal).ToDictionary(static n => n.Metadata.Name ?? "", static IReadOnlyDictionary<string, string> (n) => Pairs(n.Metadata.Labels)),
            pods.ToDictionary(static p => p.Key, static IReadOnlyList<PodFacts> (p) => p.Value),
            [.. _services.Items.Select(static s => new ServiceFacts(s.Metadata.Namespace ?? "", s.Metadata.Name ?? "", Pairs(s.Spec?.Selector)))
                .OrderBy(static s => s.Namespace, StringComparer.Ordinal).ThenBy(static s => s.Name, StringComparer.Ordinal)]);
    }

    private static Dictionary<string, string> Pairs(IEnumerable<KeyValuePair<string, string>>? pairs) =>
        (pairs ?? []).ToDictionary(static p => p.Key, static p => p.Value);

    // Up to the top: ReplicaSet to Deployment, Job to CronJob. An owner of a kind that is not known leaves the pod to itself.
    private WorkloadKey OwnerOf(ObjectMeta pod)
    {
        var ns = pod.Namespace ?? "";
        if (Controller(pod) is not { Name: { Length: > 0 } name } owner)
            return new WorkloadKey(ns, "pod", pod.Name ?? "");
        var above = owner.Kind switch
        {
            "ReplicaSet" => _replicaSets.Get(ns, name),
            "Job" => _jobs.Get(ns, name),
            _ => null,
        };
        if (above is not null && Controller(above.Metadata) is { Kind: "Deployment" or "CronJob", Name: { Length: > 0 } topName } top)
            return new WorkloadKey(ns, top.Kind.ToLowerInvariant(), topName);
        var kind = (owner.Kind ?? "").ToLowerInvariant();
        return kind == "pod" || WorkloadKey.LabelOf(kind) is null ? new WorkloadKey(ns, "pod", pod.Name ?? "") : new WorkloadKey(ns, kind, name);
    }

    private static OwnerReference? Controller(ObjectMeta meta) => meta.OwnerReferences?.FirstOrDefault(static o => o.Controller == true);
}
