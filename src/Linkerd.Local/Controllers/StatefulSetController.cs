using System.Globalization;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>Keeps numbered pods with stable names and claims: made in order, ended and updated in reverse order.</summary>
internal sealed class StatefulSetController : Controller
{
    private const string RevisionLabel = "controller-revision-hash";
    private const string NameLabel = "statefulset.kubernetes.io/pod-name";

    public StatefulSetController(ControllerContext context)
        : base("statefulset", context)
    {
        context.StatefulSets.AddHandler(new ChangeHandler<Workload>(s => Enqueue(s.Metadata)));
        context.Pods.AddHandler(new ChangeHandler<Pod>(p =>
        {
            if (Owners.ControllerOf(p.Metadata) is { Kind: "StatefulSet", Name: { } name })
                Enqueue(new ObjectKey(p.Metadata.Namespace!, name));
        }));
    }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (Context.StatefulSets.Get(key.Namespace, key.Name) is not { } set)
            return;
        var revision = $"{set.Metadata.Name}-{PodTemplate.Hash(set.Spec?["template"])}";
        if (set.Metadata.DeletionTimestamp is null)
            await StepAsync(set, revision, cancel);
        await WriteStatusAsync(set, revision, cancel);
    }

    private static int Ordinal(Workload set, Pod pod) =>
        int.TryParse(pod.Metadata.Name.AsSpan(set.Metadata.Name!.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private async Task StepAsync(Workload set, string revision, CancellationToken cancel)
    {
        var wanted = set.SpecNumber("replicas", 1);
        var parallel = set.SpecText("podManagementPolicy") == "Parallel";
        var pods = Context.PodsOf(set).ToDictionary(p => Ordinal(set, p));
        for (var number = 0; number < wanted; number++)
        {
            var pod = pods.GetValueOrDefault(number);
            if (pod?.Status?.Phase is "Failed" or "Succeeded" && pod.Metadata.DeletionTimestamp is null)
                await PodTemplate.DeleteAsync(Context, set, pod, cancel);
            else if (pod is null)
                await PodTemplate.CreateAsync(Context, set, Numbered(set, number, revision), cancel);
            if (!parallel && (pod is null || !PodFacts.IsReady(pod) || pod.Metadata.DeletionTimestamp is not null))
                return;
        }

        foreach (var (_, pod) in pods.Where(p => p.Key >= wanted).OrderByDescending(static p => p.Key))
        {
            if (pod.Metadata.DeletionTimestamp is null)
                await PodTemplate.DeleteAsync(Context, set, pod, cancel);
            if (!parallel)
                return;
        }

        await UpdateAsync(set, revision, pods, wanted, cancel);
    }

    private async Task UpdateAsync(Workload set, string revision, Dictionary<int, Pod> pods, int wanted, CancellationToken cancel)
    {
        if (set.Spec?["updateStrategy"]?["type"]?.GetValue<string>() == "OnDelete")
            return;
        var partition = set.Spec?["updateStrategy"]?["rollingUpdate"]?["partition"]?.GetValue<int>() ?? 0;
        for (var number = wanted - 1; number >= partition; number--)
        {
            if (pods.GetValueOrDefault(number) is not { } pod || pod.Metadata.DeletionTimestamp is not null)
                return;
            if (pod.Metadata.Labels?.GetValueOrDefault(RevisionLabel) != revision)
            {
                await PodTemplate.DeleteAsync(Context, set, pod, cancel);
                return;
            }

            if (!PodFacts.IsReady(pod))
                return;
        }
    }

    private static JsonObject Numbered(Workload set, int number, string revision)
    {
        var name = $"{set.Metadata.Name}-{number.ToString(CultureInfo.InvariantCulture)}";
        var pod = PodTemplate.Pod(set, set.Spec?["template"]?.AsObject() ?? [], name,
        [
            KeyValuePair.Create(RevisionLabel, revision), KeyValuePair.Create(NameLabel, name), KeyValuePair.Create("apps.kubernetes.io/pod-index", number.ToString(CultureInfo.InvariantCulture)),
        ]);
        var spec = pod["spec"]!.AsObject();
        spec["hostname"] = name;
        if (set.SpecText("serviceName") is { Length: > 0 } service)
            spec["subdomain"] = service;
        foreach (var claim in (set.Spec?["volumeClaimTemplates"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var volume = claim["metadata"]?["name"]?.GetValue<string>() ?? "data";
            if (spec["volumes"] is not JsonArray volumes)
                spec["volumes"] = volumes = [];
            foreach (var same in volumes.OfType<JsonObject>().Where(v => v["name"]?.GetValue<string>() == volume).ToList())
                volumes.Remove(same);
            volumes.Add((JsonNode)new JsonObject { ["name"] = volume, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = $"{volume}-{name}" } });
        }

        return pod;
    }

    private async Task WriteStatusAsync(Workload set, string revision, CancellationToken cancel)
    {
        var pods = Context.PodsOf(set).Where(PodFacts.IsActive).ToList();
        var wanted = set.SpecNumber("replicas", 1);
        var updated = pods.Count(p => p.Metadata.Labels?.GetValueOrDefault(RevisionLabel) == revision);
        var before = set.Status?["currentRevision"]?.GetValue<string>() ?? revision;
        var done = updated == wanted && pods.Count == wanted && pods.All(PodFacts.IsReady);
        await Statuses.WriteAsync(Client, WorkloadResources.StatefulSets, set, new JsonObject
        {
            ["observedGeneration"] = set.Metadata.Generation,
            ["replicas"] = pods.Count,
            ["readyReplicas"] = pods.Count(PodFacts.IsReady),
            ["availableReplicas"] = pods.Count(PodFacts.IsReady),
            ["currentReplicas"] = done ? updated : pods.Count(p => p.Metadata.Labels?.GetValueOrDefault(RevisionLabel) == before),
            ["updatedReplicas"] = updated,
            ["currentRevision"] = done ? revision : before,
            ["updateRevision"] = revision,
            ["collisionCount"] = 0,
        }, cancel);
    }
}
