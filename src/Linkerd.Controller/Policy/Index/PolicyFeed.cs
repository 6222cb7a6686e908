using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Kubernetes;

namespace Linkerd.Controller.Policy.Index;

/// <summary>Follows the cluster and feeds the index.</summary>
internal sealed class PolicyFeed : IAsyncDisposable
{
    private readonly List<IInformer> _informers = [];

    /// <summary>Begins to follow pods, Services and namespaces.</summary>
    public PolicyFeed(PolicyIndex index, KubernetesClient client, InformerOptions options)
    {
        Follow(client, Resources.Namespaces, options, index.SetNamespace, index.RemoveNamespace, Kept.Name);
        Follow(client, Resources.Services, options, index.SetService, index.RemoveService, Kept.Name);
        Follow(
            client,
            Resources.Pods,
            options,
            pod => index.SetPod(PodReader.Read(pod, static (_, _) => null)),
            pod => index.RemovePod(new PodName(pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "")),
            Kept.Name);
        foreach (var informer in _informers)
            informer.Start();
    }

    /// <summary>Whether the index has all that was there at the start.</summary>
    public bool HasSynced => _informers.TrueForAll(static i => i.HasSynced);

    /// <summary>Completes with the first <see cref="HasSynced"/>.</summary>
    public Task WaitForSyncAsync(CancellationToken cancel) => Task.WhenAll(_informers.Select(i => i.WaitForSyncAsync(cancel)));

    public async ValueTask DisposeAsync()
    {
        foreach (var informer in _informers)
            await informer.DisposeAsync();
    }

    private void Follow<T>(KubernetesClient client, ResourceType<T> type, InformerOptions options, Action<T> set, Action<T> remove, Func<T, T> keep)
        where T : class
    {
        var informer = new Informer<T>(client.Resource(type), options, keep);
        informer.AddHandler(new SetHandler<T>(set, remove));
        _informers.Add(informer);
    }
}
