using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>Keeps as many pods as a ReplicaSet says.</summary>
internal sealed class ReplicaSetController : Controller
{
    private const int MaxAtOnce = 16;

    public ReplicaSetController(ControllerContext context)
        : base("replicaset", context)
    {
        context.ReplicaSets.AddHandler(new ChangeHandler<Workload>(r => Enqueue(r.Metadata)));
        context.Pods.AddHandler(new ChangeHandler<Pod>(p =>
        {
            if (Owners.ControllerOf(p.Metadata) is { Kind: "ReplicaSet", Name: { } name })
                Enqueue(new ObjectKey(p.Metadata.Namespace!, name));
        }));
    }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (Context.ReplicaSets.Get(key.Namespace, key.Name) is not { } set)
            return;
        var pods = Context.PodsOf(set).Where(PodFacts.IsActive).ToList();
        if (set.Metadata.DeletionTimestamp is null)
            await ScaleAsync(set, pods, cancel);
        pods = Context.PodsOf(set).Where(PodFacts.IsActive).ToList();
        await WriteStatusAsync(set, pods, cancel);
    }

    private async Task ScaleAsync(Workload set, List<Pod> pods, CancellationToken cancel)
    {
        var wanted = set.SpecNumber("replicas", 1);
        if (pods.Count < wanted)
        {
            var template = set.Spec?["template"]?.AsObject() ?? [];
            for (var left = wanted - pods.Count; left > 0; left -= MaxAtOnce)
            {
                await Task.WhenAll(Enumerable.Range(0, Math.Min(left, MaxAtOnce))
                    .Select(_ => PodTemplate.CreateAsync(Context, set, PodTemplate.Pod(set, template, null, []), cancel)));
            }
        }
        else if (pods.Count > wanted)
        {
            foreach (var batch in PodFacts.LeastWanted(pods).Take(pods.Count - wanted).Chunk(MaxAtOnce))
                await Task.WhenAll(batch.Select(p => PodTemplate.DeleteAsync(Context, set, p, cancel)));
        }
    }

    private async Task WriteStatusAsync(Workload set, List<Pod> pods, CancellationToken cancel)
    {
        var minReady = set.SpecNumber("minReadySeconds", 0);
        var now = Clock.GetUtcNow();
        var available = pods.Count(p => PodFacts.IsAvailable(p, minReady, now));
        var ready = pods.Count(PodFacts.IsReady);
        if (available < ready)
            EnqueueAfter(new ObjectKey(set.Metadata.Namespace!, set.Metadata.Name!), TimeSpan.FromSeconds(1), cancel);
        await Statuses.WriteAsync(Client, WorkloadResources.ReplicaSets, set, new JsonObject
        {
            ["replicas"] = pods.Count,
            ["fullyLabeledReplicas"] = pods.Count,
            ["readyReplicas"] = ready,
            ["availableReplicas"] = available,
            ["observedGeneration"] = set.Metadata.Generation,
        }, cancel);
    }
}
