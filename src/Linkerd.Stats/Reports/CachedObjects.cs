using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Stats.Reports;

/// <summary>
/// Reads pods, workloads, Services and namespaces from watches, and custom resources, of which there are few, from the API server.
/// The caller starts the factory's watches after making this.
/// </summary>
public sealed class CachedObjects : IObjectLister
{
    private readonly InformerFactory _informers;
    private readonly ClientObjects _live;
    private readonly HashSet<GroupVersionResource> _cached = [];

    /// <summary>Asks the factory for the watches; <paramref name="cronJobs"/> is the version in which the cluster has them (<see cref="ServedCronJobs"/>).</summary>
    public CachedObjects(InformerFactory informers, KubernetesClient client, ResourceType<CronJob> cronJobs)
    {
        _informers = informers;
        _live = new ClientObjects(client);
        Cache(Resources.Pods);
        Cache(Resources.Services);
        Cache(Resources.Namespaces);
        Cache(Resources.Deployments);
        Cache(Resources.ReplicaSets);
        Cache(Resources.StatefulSets);
        Cache(Resources.DaemonSets);
        Cache(Resources.Jobs);
        Cache(cronJobs);
        Cache(Resources.ReplicationControllers);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<T>> ListAsync<T>(ResourceType<T> type, string? ns, string labelSelector, CancellationToken cancellationToken)
        where T : class
    {
        var informer = _cached.Contains(type.Gvr) ? _informers.For(type) : null;
        if (informer is not { HasSynced: true })
            return _live.ListAsync(type, ns, labelSelector, cancellationToken);
        var selector = labelSelector.Length == 0 ? null : Selectors.Parse(labelSelector);
        return Task.FromResult<IReadOnlyList<T>>([.. informer.Items.Where(i => Wanted(type.MetadataOf(i), ns, selector))]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JsonObject>> ListCustomAsync(CustomResource resource, string? ns, string labelSelector, CancellationToken cancellationToken) =>
        _live.ListCustomAsync(resource, ns, labelSelector, cancellationToken);

    private static bool Wanted(ObjectMeta metadata, string? ns, LabelSelector? selector) =>
        (ns is null || metadata.Namespace == ns) && (selector is null || Selectors.Matches(selector, metadata.Labels));

    private void Cache<T>(ResourceType<T> type)
        where T : class
    {
        _informers.For(type);
        _cached.Add(type.Gvr);
    }
}
