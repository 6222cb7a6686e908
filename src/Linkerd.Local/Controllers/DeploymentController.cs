using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>Rolls a Deployment's template out over ReplicaSets.</summary>
internal sealed class DeploymentController : Controller
{
    private const string HashLabel = "pod-template-hash";
    private const string Revision = "deployment.kubernetes.io/revision";
    private const string Desired = "deployment.kubernetes.io/desired-replicas";
    private const string Maximum = "deployment.kubernetes.io/max-replicas";

    public DeploymentController(ControllerContext context)
        : base("deployment", context)
    {
        context.Deployments.AddHandler(new ChangeHandler<Workload>(d => Enqueue(d.Metadata)));
        context.ReplicaSets.AddHandler(new ChangeHandler<Workload>(r =>
        {
            if (Owners.ControllerOf(r.Metadata) is { Kind: "Deployment", Name: { } name })
                Enqueue(new ObjectKey(r.Metadata.Namespace!, name));
        }));
    }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (Context.Deployments.Get(key.Namespace, key.Name) is not { } deployment || deployment.Metadata.DeletionTimestamp is not null)
            return;
        var hash = PodTemplate.Hash(deployment.Spec?["template"]);
        var sets = Context.ReplicaSets.Items.Where(r => Owners.IsControlledBy(r.Metadata, deployment.Metadata.Uid)).ToList();
        var current = sets.FirstOrDefault(r => r.Metadata.Labels?.GetValueOrDefault(HashLabel) == hash);
        var old = sets.Where(r => r != current).ToList();
        if (deployment.Spec?["paused"]?.GetValue<bool>() != true)
        {
            current = await EnsureAsync(deployment, current, old, hash, cancel);
            if (deployment.Spec?["strategy"]?["type"]?.GetValue<string>() == "Recreate")
                await RecreateAsync(deployment, current, old, cancel);
            else
                await RollAsync(deployment, current, old, cancel);
            await ForgetAsync(deployment, old, cancel);
        }
        else if (current is not null)
        {
            await ScaleAsync(deployment, current, deployment.SpecNumber("replicas", 1), cancel);
        }

        await WriteStatusAsync(deployment, current, old, cancel);
    }

    private static int RevisionOf(Workload set) =>
        int.TryParse(set.Metadata.Annotations?.GetValueOrDefault(Revision), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    // Also when an older ReplicaSet becomes the current one again (rollout undo), it takes the next revision.
    private async Task<Workload> EnsureAsync(Workload deployment, Workload? current, List<Workload> old, string hash, CancellationToken cancel)
    {
        var next = old.Select(RevisionOf).DefaultIfEmpty(0).Max() + 1;
        if (current is null)
        {
            var set = NewSet(deployment, hash, next);
            try
            {
                current = await Client.Resource(WorkloadResources.ReplicaSets, deployment.Metadata.Namespace).CreateAsync(set, cancel: cancel);
            }
            catch (KubernetesException e) when (e.IsAlreadyExists)
            {
                current = await Client.Resource(WorkloadResources.ReplicaSets, deployment.Metadata.Namespace).GetAsync(set.Metadata.Name!, cancel);
            }

            Record(deployment, "ScalingReplicaSet", $"Created new replica set \"{current.Metadata.Name}\"");
            await Context.SeenAsync(() => Context.ReplicaSets.Get(deployment.Metadata.Namespace!, set.Metadata.Name!) is not null, cancel);
        }
        else if (RevisionOf(current) < next)
        {
            await AnnotateAsync(WorkloadResources.ReplicaSets, current, Revision, next, cancel);
        }

        var revision = Math.Max(RevisionOf(current), next);
        if (deployment.Metadata.Annotations?.GetValueOrDefault(Revision) != revision.ToString(CultureInfo.InvariantCulture))
            await AnnotateAsync(WorkloadResources.Deployments, deployment, Revision, revision, cancel);
        return current;
    }

    private Task<Workload> AnnotateAsync(ResourceType<Workload> type, Workload target, string name, int value, CancellationToken cancel)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value.ToString(CultureInfo.InvariantCulture) } } };
        return Client.Resource(type, target.Metadata.Namespace).PatchAsync(target.Metadata.Name!, Patch.Merge(patch), cancel: cancel);
    }

    private static Workload NewSet(Workload deployment, string hash, int revision)
    {
        var template = deployment.Spec!["template"]!.DeepClone().AsObject();
        var metadata = template["metadata"] as JsonObject;
        if (metadata is null)
            template["metadata"] = metadata = [];
        if (metadata["labels"] is not JsonObject labels)
            metadata["labels"] = labels = [];
        labels[HashLabel] = hash;
        var selector = deployment.Spec["selector"]?.DeepClone().AsObject() ?? [];
        if (selector["matchLabels"] is not JsonObject match)
            selector["matchLabels"] = match = [];
        match[HashLabel] = hash;
        var annotations = (deployment.Metadata.Annotations ?? new Dictionary<string, string>())
            .Where(static a => a.Key is not "kubectl.kubernetes.io/last-applied-configuration").ToDictionary(static a => a.Key, static a => a.Value);
        annotations[Revision] = revision.ToString(CultureInfo.InvariantCulture);
        return new Workload
        {
            Metadata = new ObjectMeta
            {
                Name = $"{deployment.Metadata.Name}-{hash}",
                Namespace = deployment.Metadata.Namespace,
                Labels = labels.ToDictionary(static l => l.Key, static l => l.Value!.GetValue<string>()),
                Annotations = annotations,
                OwnerReferences =
                [
                    new OwnerReference { ApiVersion = "apps/v1", Kind = "Deployment", Name = deployment.Metadata.Name, Uid = deployment.Metadata.Uid, Controller = true, BlockOwnerDeletion = true },
                ],
            },
            Spec = new JsonObject
            {
                ["replicas"] = 0,
                ["minReadySeconds"] = deployment.SpecNumber("minReadySeconds", 0),
                ["selector"] = selector,
                ["template"] = template,
            },
        };
    }

    private async Task RecreateAsync(Workload deployment, Workload current, List<Workload> old, CancellationToken cancel)
    {
        foreach (var set in old)
            await ScaleAsync(deployment, set, 0, cancel);
        // Not before the last old pod is gone: what cannot run twice must not.
        if (old.Any(set => Context.PodsOf(set).Any(static p => p.Status?.Phase is not ("Succeeded" or "Failed"))))
            EnqueueAfter(new ObjectKey(deployment.Metadata.Namespace!, deployment.Metadata.Name!), TimeSpan.FromMilliseconds(200), cancel);
        else
            await ScaleAsync(deployment, current, deployment.SpecNumber("replicas", 1), cancel);
    }

    private async Task RollAsync(Workload deployment, Workload current, List<Workload> old, CancellationToken cancel)
    {
        var wanted = deployment.SpecNumber("replicas", 1);
        var (surge, unavailable) = RollingBounds.Of(deployment, wanted);
        var size = current.SpecNumber("replicas", 0);
        var oldSize = old.Sum(static s => s.SpecNumber("replicas", 0));
        if (size > wanted)
            await ScaleAsync(deployment, current, wanted, cancel);
        else if (size < wanted && oldSize + size < wanted + surge)
            await ScaleAsync(deployment, current, Math.Min(wanted, size + wanted + surge - oldSize - size), cancel);
        if (oldSize == 0)
            return;

        // What never got ready goes first: it serves nobody.
        var floor = wanted - unavailable;
        var spare = oldSize + size - floor - (size - current.StatusNumber("availableReplicas"));
        foreach (var set in old.OrderBy(static s => s.Metadata.CreationTimestamp))
        {
            if (spare <= 0)
                return;
            var have = set.SpecNumber("replicas", 0);
            var broken = Math.Max(0, have - set.StatusNumber("availableReplicas"));
            var drop = Math.Min(broken, spare);
            var available = old.Sum(static s => s.StatusNumber("availableReplicas")) + current.StatusNumber("availableReplicas");
            drop += Math.Max(0, Math.Min(Math.Min(have - drop, spare - drop), available - floor));
            spare -= drop;
            if (drop > 0)
                await ScaleAsync(deployment, set, have - drop, cancel);
        }
    }

    private async Task ScaleAsync(Workload deployment, Workload set, int replicas, CancellationToken cancel)
    {
        var have = set.SpecNumber("replicas", 0);
        if (have == replicas)
            return;
        var wanted = deployment.SpecNumber("replicas", 1);
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["annotations"] = new JsonObject
                {
                    [Desired] = wanted.ToString(CultureInfo.InvariantCulture),
                    [Maximum] = (wanted + RollingBounds.Of(deployment, wanted).Surge).ToString(CultureInfo.InvariantCulture),
                },
            },
            ["spec"] = new JsonObject { ["replicas"] = replicas },
        };
        await Client.Resource(WorkloadResources.ReplicaSets, set.Metadata.Namespace).PatchAsync(set.Metadata.Name!, Patch.Merge(patch), cancel: cancel);
        Record(deployment, "ScalingReplicaSet", $"Scaled {(replicas > have ? "up" : "down")} replica set {set.Metadata.Name} from {have} to {replicas}");
        await Context.SeenAsync(() => Context.ReplicaSets.Get(set.Metadata.Namespace!, set.Metadata.Name!)?.SpecNumber("replicas", 0) is not { } now || now == replicas, cancel);
    }

    private async Task ForgetAsync(Workload deployment, List<Workload> old, CancellationToken cancel)
    {
        var keep = deployment.SpecNumber("revisionHistoryLimit", 10);
        var unused = old.Where(static s => s.SpecNumber("replicas", 0) == 0 && s.StatusNumber("replicas") == 0 && s.Metadata.DeletionTimestamp is null).OrderBy(RevisionOf).ToList();
        foreach (var set in unused.Take(Math.Max(0, unused.Count - keep)))
            await Client.Resource(WorkloadResources.ReplicaSets, set.Metadata.Namespace).TryDeleteAsync(set.Metadata.Name!, cancel: cancel);
    }

    private async Task WriteStatusAsync(Workload deployment, Workload? current, List<Workload> old, CancellationToken cancel)
    {
        var sets = current is null ? old : [current, .. old];
        sets = [.. sets.Select(s => Context.ReplicaSets.Get(s.Metadata.Namespace!, s.Metadata.Name!) ?? s)];
        current = current is null ? null : sets[0];
        var wanted = deployment.SpecNumber("replicas", 1);
        int Sum(string field) => sets.Sum(s => s.StatusNumber(field));
        var (total, available, updated) = (Sum("replicas"), Sum("availableReplicas"), current?.StatusNumber("replicas") ?? 0);
        var enough = available >= wanted - RollingBounds.Of(deployment, wanted).Unavailable;
        var complete = current is not null && updated == wanted && total == wanted && available == wanted;
        await Statuses.WriteAsync(Client, WorkloadResources.Deployments, deployment, new JsonObject
        {
            ["observedGeneration"] = deployment.Metadata.Generation,
            ["replicas"] = Zero(total),
            ["updatedReplicas"] = Zero(updated),
            ["readyReplicas"] = Zero(Sum("readyReplicas")),
            ["availableReplicas"] = Zero(available),
            ["unavailableReplicas"] = Zero(Math.Max(0, Math.Max(wanted, total) - available)),
            ["conditions"] = new JsonArray(
                enough
                    ? Statuses.Condition(deployment, "Available", true, "MinimumReplicasAvailable", "Deployment has minimum availability.", Clock)
                    : Statuses.Condition(deployment, "Available", false, "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", Clock),
                Progress(deployment, current, complete, cancel)),
        }, cancel);
    }

    private JsonObject Progress(Workload deployment, Workload? current, bool complete, CancellationToken cancel)
    {
        var name = current?.Metadata.Name;
        if (complete)
            return Statuses.Condition(deployment, "Progressing", true, "NewReplicaSetAvailable", $"ReplicaSet \"{name}\" has successfully progressed.", Clock);
        var message = $"ReplicaSet \"{name}\" is progressing: {current?.StatusNumber("availableReplicas") ?? 0} available.";
        var moving = Statuses.Condition(deployment, "Progressing", true, "ReplicaSetUpdated", message, Clock);
        var limit = TimeSpan.FromSeconds(deployment.SpecNumber("progressDeadlineSeconds", 600));
        var since = DateTimeOffset.Parse(moving["lastUpdateTime"]!.GetValue<string>(), CultureInfo.InvariantCulture);
        var known = (deployment.Status?["conditions"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(static c => c["type"]?.GetValue<string>() == "Progressing");
        if (known?["reason"]?.GetValue<string>() == "ProgressDeadlineExceeded" && deployment.Status?["observedGeneration"]?.GetValue<long>() == deployment.Metadata.Generation)
            return known.DeepClone().AsObject();
        if (Clock.GetUtcNow() - since > limit)
            return Statuses.Condition(deployment, "Progressing", false, "ProgressDeadlineExceeded", $"ReplicaSet \"{name}\" has timed out progressing.", Clock);
        EnqueueAfter(new ObjectKey(deployment.Metadata.Namespace!, deployment.Metadata.Name!), since + limit - Clock.GetUtcNow() + TimeSpan.FromSeconds(1), cancel);
        return moving;
    }

    private static JsonNode? Zero(int value) => value;

    private void Record(Workload deployment, string reason, string message) =>
        Context.Events.Record("Deployment", "apps/v1", deployment.Metadata, "Normal", reason, message);
}
