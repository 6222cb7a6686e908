using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Controllers;

/// <summary>Keeps one pod of each DaemonSet on the one node.</summary>
internal sealed class DaemonSetController : Controller
{
    private const string RevisionLabel = "controller-revision-hash";

    public DaemonSetController(ControllerContext context)
        : base("daemonset", context)
    {
        context.DaemonSets.AddHandler(new ChangeHandler<Workload>(s => Enqueue(s.Metadata)));
        context.Pods.AddHandler(new ChangeHandler<Pod>(p =>
        {
            if (Owners.ControllerOf(p.Metadata) is { Kind: "DaemonSet", Name: { } name })
                Enqueue(new ObjectKey(p.Metadata.Namespace!, name));
        }));
    }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (Context.DaemonSets.Get(key.Namespace, key.Name) is not { } set)
            return;
        var hash = PodTemplate.Hash(set.Spec?["template"]);
        var wanted = Fits(set);
        if (set.Metadata.DeletionTimestamp is null)
            await StepAsync(set, hash, wanted, cancel);
        await WriteStatusAsync(set, hash, wanted, cancel);
    }

    private static bool Fits(Workload set) =>
        (set.Spec?["template"]?["spec"]?["nodeSelector"] as JsonObject ?? []).All(s => NodeRegistration.Labels.GetValueOrDefault(s.Key) == s.Value?.GetValue<string>());

    private async Task StepAsync(Workload set, string hash, bool wanted, CancellationToken cancel)
    {
        var all = Context.PodsOf(set).ToList();
        var current = all.FirstOrDefault(p => PodFacts.IsActive(p) && p.Metadata.Labels?.GetValueOrDefault(RevisionLabel) == hash);
        var manual = set.Spec?["updateStrategy"]?["type"]?.GetValue<string>() == "OnDelete";
        foreach (var pod in all.Where(p => p != current && p.Metadata.DeletionTimestamp is null))
        {
            if (manual && PodFacts.IsActive(pod) && wanted)
                return;
            await PodTemplate.DeleteAsync(Context, set, pod, cancel);
        }

        if (!wanted)
        {
            if (current is not null)
                await PodTemplate.DeleteAsync(Context, set, current, cancel);
            return;
        }

        // The old one must be gone first: it may hold ports of the node.
        if (current is not null || Context.PodsOf(set).Any())
            return;
        var made = PodTemplate.Pod(set, set.Spec?["template"]?.AsObject() ?? [], null, [KeyValuePair.Create(RevisionLabel, hash)]);
        made["spec"]!["nodeName"] = NodeContext.NodeName;
        await PodTemplate.CreateAsync(Context, set, made, cancel);
    }

    private async Task WriteStatusAsync(Workload set, string hash, bool wanted, CancellationToken cancel)
    {
        var pods = Context.PodsOf(set).Where(PodFacts.IsActive).ToList();
        var desired = wanted ? 1 : 0;
        var ready = pods.Count(PodFacts.IsReady);
        await Statuses.WriteAsync(Client, WorkloadResources.DaemonSets, set, new JsonObject
        {
            ["observedGeneration"] = set.Metadata.Generation,
            ["currentNumberScheduled"] = Math.Min(pods.Count, 1),
            ["desiredNumberScheduled"] = desired,
            ["numberMisscheduled"] = 0,
            ["numberReady"] = ready,
            ["numberAvailable"] = ready,
            ["numberUnavailable"] = Math.Max(0, desired - ready),
            ["updatedNumberScheduled"] = pods.Count(p => p.Metadata.Labels?.GetValueOrDefault(RevisionLabel) == hash),
        }, cancel);
    }
}
