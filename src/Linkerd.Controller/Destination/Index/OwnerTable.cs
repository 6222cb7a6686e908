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
            update(pod, p => p with { Owner = ((owner.Kind ?? "").ToLowerInvariant(), owner.Name ?? "") });
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
        var ns = pod.Metadata.Namespace ?? "";
        var key = (ns, owner.Kind, owner.Name ?? "");
        lock (_lock)
        {
            if (_owners.ContainsKey(key))
                return;
            if (!_waiting.TryGetValue(key, out var pods))
                _waiting.Add(key, pods = []);
            pods.Add(new PodName(ns, pod.Metadata.Name ?? ""));
        }
    }

    private static (string, string, string) Key(string kind, PartialObject value) => (value.Metadata.Namespace ?? "", kind, value.Metadata.Name ?? "");
}
