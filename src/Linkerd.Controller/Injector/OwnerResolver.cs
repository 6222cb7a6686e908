using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Injector;

/// <summary>
/// Finds the workload behind a pod: its controller, or the Deployment behind a ReplicaSet and the CronJob behind a Job.
/// Asked of the API server and kept, since what controls a ReplicaSet does not change: a cluster's ReplicaSets are too many
/// to follow for the few that have new pods.
/// </summary>
internal sealed class OwnerResolver(KubernetesClient client)
{
    private const int MaxKept = 10_000;

    private readonly ConcurrentDictionary<string, WorkloadOwner> _kept = new();

    /// <summary>Null for a pod on its own.</summary>
    public async Task<WorkloadOwner?> ResolveAsync(JsonObject pod, string ns, CancellationToken cancel)
    {
        var references = (pod["metadata"] as JsonObject)?["ownerReferences"] as JsonArray;
        var reference = references?.OfType<JsonObject>().FirstOrDefault(static r => r["controller"] is JsonValue v && v.TryGetValue<bool>(out var c) && c)
            ?? references?.OfType<JsonObject>().FirstOrDefault();
        if (reference is null)
            return null;
        var owner = new WorkloadOwner(Text(reference, "apiVersion"), Text(reference, "kind"), Text(reference, "name"), Text(reference, "uid"));
        if (owner.Kind is not ("ReplicaSet" or "Job") || owner.Name.Length == 0)
            return owner;
        if (_kept.TryGetValue(owner.Uid, out var kept))
            return kept;
        WorkloadOwner found;
        try
        {
            found = await AboveAsync(owner, ns, cancel);
        }
        catch (KubernetesException)
        {
            // A label and an event name the ReplicaSet then; refusing the pod would be worse. The next pod asks again.
            return owner;
        }

        if (_kept.Count >= MaxKept)
            _kept.Clear();
        if (owner.Uid.Length != 0)
            _kept[owner.Uid] = found;
        return found;
    }

    private async Task<WorkloadOwner> AboveAsync(WorkloadOwner owner, string ns, CancellationToken cancel)
    {
        var metadata = owner.Kind == "Job"
            ? (await client.Resource(Resources.Jobs, ns).FindAsync(owner.Name, cancel))?.Metadata
            : (await client.Resource(Resources.ReplicaSets, ns).FindAsync(owner.Name, cancel))?.Metadata;
        var references = metadata?.OwnerReferences ?? [];
        var above = references.FirstOrDefault(static r => r.Controller == true) ?? (references.Count == 0 ? null : references[0]);
        return above is null ? owner : new WorkloadOwner(above.ApiVersion ?? "", above.Kind ?? "", above.Name ?? "", above.Uid ?? "");
    }

    private static string Text(JsonObject reference, string key) =>
        reference[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
