using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Destination.Index;

/// <summary>
/// Who owns ReplicaSets and Jobs, so that a pod is labelled with its Deployment or CronJob. A pod that comes before its
/// ReplicaSet is told of again when that comes.
/// </summary>
internal sealed class OwnerTable(Func<PodName, Func<PodInfo, PodInfo>, bool> update)
{
    private readonly Dictionary<(string Namespace, string Kind, string Name), OwnerReference?> _owners = [];
    private readonly Dictionary<(string Namespace, string Kind, string Name), HashSet<PodName>> _waiting = [];
    private readonly Lock _lock = new();

    /// <summary>The owner of the object that <paramref name="reference"/> names, or null.</summary>
    public OwnerReference? OwnerOf(string ns, OwnerReference reference)
    {
        lock (_lock)
            return _owners.GetValueOrDefault((ns, reference.Kind ?? "", reference.Name ?? ""));
    }

    /// <summary>Notes a ReplicaSet or Job.</summary>
    public void Set(string kind, PartialObject value)
    {
        var key = Key(kind, value);
        var owner = PodReader.Controller(value.Metadata);
        HashSet<PodName>? waiting;
        lock (_lock)
        {
            _owners[key] = owner;
            _waiting.Remove(key, out waiting);
        }

        if (owner is null)
            return;
        foreach (var pod in waiting ?? [])
            Name(pod, owner);
    }

    public void Remove(string kind, PartialObject value)
    {
        lock (_lock)
        {
            _owners.Remove(Key(kind, value));
            _waiting.Remove(Key(kind, value));
        }
    }

    /// <summary>Notes that a pod waits for its owner's owner, if that is so.</summary>
    public void Await(Pod pod)
    {
        if (PodReader.Controller(pod.Metadata) is not { Kind: "ReplicaSet" or "Job" } owner)
            return;
        var name = new PodName(pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "");
        var key = (name.Namespace, owner.Kind, owner.Name ?? "");
        OwnerReference? above;
        lock (_lock)
        {
            if (!_owners.TryGetValue(key, out above))
            {
                if (!_waiting.TryGetValue(key, out var pods))
                    _waiting.Add(key, pods = []);
                pods.Add(name);
            }
        }

        // Another informer may have brought it after the pod was read.
        if (above is not null)
            Name(name, above);
    }

    private void Name(PodName pod, OwnerReference owner)
    {
        var top = ((owner.Kind ?? "").ToLowerInvariant(), owner.Name ?? "");
        update(pod, p => p.Owner == top ? p : p with { Owner = top });
    }

    private static (string, string, string) Key(string kind, PartialObject value) => (value.Metadata.Namespace ?? "", kind, value.Metadata.Name ?? "");
}
