using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>
/// Deletes what has owners and has lost all of them; works off foreground deletion (dependents first) and orphaning. It follows
/// every resource of the server, also those that are defined later.
/// </summary>
internal sealed class GarbageCollector(ControllerContext context) : Controller("garbage collector", context), IAsyncDisposable
{
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";
    private static readonly TimeSpan Discovery = TimeSpan.FromSeconds(5);
    private static readonly string[] Ignored = ["events", "leases"];
    private readonly ConcurrentDictionary<string, (ResourceType<Workload> Type, Workload Object)> _objects = new();
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, byte>> _dependents = new();
    private readonly Dictionary<GroupVersionResource, Informer<Workload>> _followed = [];

    public override async Task RunAsync(CancellationToken cancel)
    {
        var work = base.RunAsync(cancel);
        try
        {
            while (!work.IsCompleted)
            {
                await FollowAsync(cancel);
                await Task.WhenAny(work, Task.Delay(Discovery, Clock, cancel));
                cancel.ThrowIfCancellationRequested();
            }

            await work;
        }
        finally
        {
            await DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var informer in _followed.Values)
            await informer.DisposeAsync();
        _followed.Clear();
    }

    /// <summary>Looks at one object; the key's name is its uid.</summary>
    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (!_objects.TryGetValue(key.Name, out var entry))
            return;
        var (type, item) = entry;
        if (item.Metadata.DeletionTimestamp is not null)
        {
            await ReleaseAsync(type, item, cancel);
            return;
        }

        if (item.Metadata.OwnerReferences is not { Count: > 0 } owners)
            return;
        foreach (var owner in owners)
        {
            if (await ExistsAsync(item, owner, cancel))
                return;
        }

        await DeleteAsync(type, item, "Background", cancel);
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        try
        {
            var catalog = await ResourceCatalog.ReadAsync(Client, cancel);
            foreach (var type in catalog.Where(t => !Ignored.Contains(t.Gvr.Resource) && !_followed.ContainsKey(t.Gvr)))
            {
                var informer = new Informer<Workload>(Client.Resource(type), new InformerOptions { OnError = e => Report(type, e) });
                informer.AddHandler(new GarbageHandler(value => Learn(type, value), value => Forget(value)));
                _followed.Add(type.Gvr, informer);
                informer.Start();
            }

            foreach (var gone in _followed.Keys.Where(k => catalog.All(t => t.Gvr != k)).ToList())
            {
                await _followed[gone].DisposeAsync();
                _followed.Remove(gone);
            }
        }
        catch (KubernetesException e)
        {
            Context.Log.Failure(Name, e);
        }
    }

    // A definition that was deleted takes its resource along: the watch then ends with 404 until the next discovery.
    private void Report(ResourceType<Workload> type, Exception e)
    {
        if (e is not KubernetesException { IsNotFound: true })
            Context.Log.Write(Name, $"{type}: {e.Message}");
    }

    private void Learn(ResourceType<Workload> type, Workload value)
    {
        var uid = value.Metadata.Uid!;
        if (_objects.TryGetValue(uid, out var before))
            Release(before.Object, value);
        _objects[uid] = (type, value);
        foreach (var owner in value.Metadata.OwnerReferences ?? [])
            _dependents.GetOrAdd(owner.Uid!, static _ => new())[uid] = 0;
        if (value.Metadata.DeletionTimestamp is not null || value.Metadata.OwnerReferences is { Count: > 0 })
            Enqueue(new ObjectKey("", uid));
    }

    // An owner that is no longer named has nothing to do with the object any more, and may have waited for that.
    private void Release(Workload before, Workload now)
    {
        foreach (var owner in before.Metadata.OwnerReferences ?? [])
        {
            if ((now.Metadata.OwnerReferences ?? []).Any(o => o.Uid == owner.Uid))
                continue;
            if (_dependents.TryGetValue(owner.Uid!, out var siblings))
                siblings.TryRemove(now.Metadata.Uid!, out _);
            Enqueue(new ObjectKey("", owner.Uid!));
        }
    }

    private void Forget(Workload value)
    {
        var uid = value.Metadata.Uid!;
        _objects.TryRemove(uid, out _);
        if (_dependents.TryRemove(uid, out var dependents))
        {
            foreach (var dependent in dependents.Keys)
                Enqueue(new ObjectKey("", dependent));
        }

        foreach (var owner in value.Metadata.OwnerReferences ?? [])
        {
            if (_dependents.TryGetValue(owner.Uid!, out var siblings))
                siblings.TryRemove(uid, out _);
            Enqueue(new ObjectKey("", owner.Uid!));
        }
    }

    // What is not in the caches may be newer than they are: the server decides.
    private async Task<bool> ExistsAsync(Workload item, OwnerReference owner, CancellationToken cancel)
    {
        if (_objects.TryGetValue(owner.Uid!, out var known))
            return !(known.Object.Metadata.DeletionTimestamp is not null && (known.Object.Metadata.Finalizers ?? []).Contains(Foreground));
        var version = owner.ApiVersion ?? "";
        var type = TypeOf(version, owner.Kind ?? "");
        if (type is null)
            return await ServesAsync(version, cancel);
        var found = await Client.Resource(type, type.Namespaced ? item.Metadata.Namespace : null).FindAsync(owner.Name ?? "", cancel);
        return found?.Metadata.Uid == owner.Uid;
    }

    // An owner of a kind that is not followed (yet) is given the benefit of the doubt while its group is served.
    private async Task<bool> ServesAsync(string version, CancellationToken cancel) => await Client.FindApiResourcesAsync(version, cancel) is not null;

    private ResourceType<Workload>? TypeOf(string version, string kind)
    {
        var slash = version.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "" : version[..slash];
        return _objects.Values.Select(static o => o.Type).FirstOrDefault(t => t.Kind == kind && t.Gvr.Group == group) ?? Known(group, kind);
    }

    private static ResourceType<Workload>? Known(string group, string kind) => (group, kind) switch
    {
        ("apps", "ReplicaSet") => WorkloadResources.ReplicaSets,
        ("apps", "Deployment") => WorkloadResources.Deployments,
        ("apps", "StatefulSet") => WorkloadResources.StatefulSets,
        ("apps", "DaemonSet") => WorkloadResources.DaemonSets,
        ("batch", "Job") => WorkloadResources.Jobs,
        ("batch", "CronJob") => WorkloadResources.CronJobs,
        ("", "Service") => WorkloadResources.Of("", "v1", "services", "Service"),
        ("", "Pod") => WorkloadResources.Of("", "v1", "pods", "Pod"),
        _ => null,
    };

    private async Task ReleaseAsync(ResourceType<Workload> type, Workload item, CancellationToken cancel)
    {
        var finalizers = item.Metadata.Finalizers ?? [];
        var dependents = _dependents.TryGetValue(item.Metadata.Uid!, out var all) ? all.Keys.Select(k => _objects.GetValueOrDefault(k)).Where(static d => d.Object is not null).ToList() : [];
        if (finalizers.Contains(Orphan))
        {
            foreach (var (kind, dependent) in dependents)
                await DisownAsync(kind, dependent, item.Metadata.Uid!, cancel);
            await RemoveFinalizerAsync(type, item, Orphan, cancel);
        }
        else if (finalizers.Contains(Foreground))
        {
            foreach (var (kind, dependent) in dependents.Where(static d => d.Object.Metadata.DeletionTimestamp is null))
            {
                if (await HasOtherOwnerAsync(dependent, item.Metadata.Uid!, cancel))
                    await DisownAsync(kind, dependent, item.Metadata.Uid!, cancel);
                else
                    await DeleteAsync(kind, dependent, "Foreground", cancel);
            }

            var blocking = dependents.Any(d => (d.Object.Metadata.OwnerReferences ?? []).Any(o => o.Uid == item.Metadata.Uid && o.BlockOwnerDeletion == true));
            if (!blocking)
                await RemoveFinalizerAsync(type, item, Foreground, cancel);
        }
    }

    private async Task<bool> HasOtherOwnerAsync(Workload dependent, string owner, CancellationToken cancel)
    {
        foreach (var other in (dependent.Metadata.OwnerReferences ?? []).Where(o => o.Uid != owner))
        {
            if (await ExistsAsync(dependent, other, cancel))
                return true;
        }

        return false;
    }

    private async Task DisownAsync(ResourceType<Workload> type, Workload dependent, string owner, CancellationToken cancel)
    {
        var rest = new JsonArray([.. (dependent.Metadata.OwnerReferences ?? []).Where(o => o.Uid != owner).Select(static o => (JsonNode)new JsonObject
        {
            ["apiVersion"] = o.ApiVersion, ["kind"] = o.Kind, ["name"] = o.Name, ["uid"] = o.Uid, ["controller"] = o.Controller, ["blockOwnerDeletion"] = o.BlockOwnerDeletion,
        })]);
        await PatchAsync(type, dependent, new JsonObject { ["ownerReferences"] = rest.Count == 0 ? null : rest }, cancel);
    }

    private Task RemoveFinalizerAsync(ResourceType<Workload> type, Workload item, string finalizer, CancellationToken cancel)
    {
        var rest = (item.Metadata.Finalizers ?? []).Where(f => f != finalizer).Select(static f => (JsonNode)f).ToArray();
        return PatchAsync(type, item, new JsonObject { ["finalizers"] = rest.Length == 0 ? null : new JsonArray(rest) }, cancel);
    }

    private async Task PatchAsync(ResourceType<Workload> type, Workload item, JsonObject metadata, CancellationToken cancel)
    {
        try
        {
            metadata["resourceVersion"] = item.Metadata.ResourceVersion;
            await Client.Resource(type, type.Namespaced ? item.Metadata.Namespace : null).PatchAsync(item.Metadata.Name!, Patch.Merge(new JsonObject { ["metadata"] = metadata }), cancel: cancel);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            // Gone already.
        }
    }

    private async Task DeleteAsync(ResourceType<Workload> type, Workload item, string propagation, CancellationToken cancel)
    {
        var path = $"{type.Gvr.BasePath}/{(type.Namespaced ? $"namespaces/{item.Metadata.Namespace}/" : "")}{type.Gvr.Resource}/{item.Metadata.Name}";
        var options = new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = propagation,
            ["preconditions"] = new JsonObject { ["uid"] = item.Metadata.Uid },
        };
        try
        {
            await Client.RawAsync(HttpMethod.Delete, path, options.ToJsonString(), cancel);
        }
        catch (KubernetesException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone already, or another object of the same name.
        }
    }
}
