using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Reading;
using Linkerd.Controller.Destination.Slices;
using Linkerd.Controller.Policy.Reading;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Destination.Index;

/// <summary>Follows the cluster and feeds the index.</summary>
internal sealed class DestinationFeed : IAsyncDisposable
{
    private readonly List<IInformer> _informers = [];
    private readonly KubernetesClient _client;
    private readonly InformerOptions _options;

    private DestinationFeed(KubernetesClient client, InformerOptions options)
    {
        _client = client;
        _options = options;
    }

    /// <summary>Whether the index has all that was there at the start.</summary>
    public bool HasSynced => _informers.TrueForAll(static i => i.HasSynced);

    /// <summary>What is to be known for writing slices of ExternalWorkloads; null where EndpointSlices are not followed.</summary>
    public SliceBoard? Slices { get; private set; }

    /// <summary>Chooses the resources that the server has and begins to follow them.</summary>
    /// <param name="index">What is fed.</param>
    /// <param name="client">The cluster.</param>
    /// <param name="useSlices">Take EndpointSlices where the server has them; otherwise Endpoints.</param>
    /// <param name="options">How to recover.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<DestinationFeed> StartAsync(DestinationIndex index, KubernetesClient client, bool useSlices, InformerOptions options, CancellationToken cancel)
    {
        var feed = new DestinationFeed(client, options);
        await feed.AddAsync(index, useSlices, cancel);
        foreach (var informer in feed._informers)
            informer.Start();
        return feed;
    }

    /// <summary>Completes with the first <see cref="HasSynced"/>.</summary>
    public Task WaitForSyncAsync(CancellationToken cancel) => Task.WhenAll(_informers.Select(i => i.WaitForSyncAsync(cancel)));

    public async ValueTask DisposeAsync()
    {
        foreach (var informer in _informers)
            await informer.DisposeAsync();
    }

    private void FollowServices(DestinationIndex index) => Follow(
        Resources.Services,
        service =>
        {
            index.SetService(service);
            Slices?.SetService(service);
        },
        service =>
        {
            index.RemoveService(service);
            Slices?.RemoveService(service);
        },
        Kept.Name);

    private void FollowProfiles(DestinationIndex index) => Follow(
        ResourceType.Dynamic(new GroupVersionResource("linkerd.io", "v1alpha2", "serviceprofiles"), "ServiceProfile", namespaced: true),
        resource =>
        {
            var (ns, name) = NameOf(resource);
            try
            {
                index.SetProfile(new ServiceProfile(ns, ProfileReader.Read(resource)));
            }
            catch (InvalidResourceException e)
            {
                // What cannot be understood must not go on as it was before: it is as if it were not there.
                index.RemoveProfile(ns, name);
                _options.OnError?.Invoke(e);
            }
        },
        resource =>
        {
            var (ns, name) = NameOf(resource);
            index.RemoveProfile(ns, name);
        },
        Kept.Name,
        optional: true);

    private void FollowServers(DestinationIndex index) => Follow(
        ResourceType.Dynamic(new GroupVersionResource("policy.linkerd.io", "v1beta3", "servers"), "Server", namespaced: true),
        resource =>
        {
            try
            {
                index.SetServer(ServerReader.Read(resource));
            }
            catch (InvalidResourceException e)
            {
                index.RemoveServer(ResourceReader.Name(resource));
                _options.OnError?.Invoke(e);
            }
        },
        resource => index.RemoveServer(ResourceReader.Name(resource)),
        Kept.Name,
        optional: true);

    private void FollowWorkloads(DestinationIndex index) => Follow(
        ResourceType.Dynamic(new GroupVersionResource("workload.linkerd.io", "v1beta1", "externalworkloads"), "ExternalWorkload", namespaced: true),
        resource =>
        {
            try
            {
                var workload = ExternalWorkloadReader.Read(resource);
                index.SetWorkload(workload);
                Slices?.SetWorkload(workload);
            }
            catch (InvalidResourceException e)
            {
                RemoveWorkload(index, resource);
                _options.OnError?.Invoke(e);
            }
        },
        resource => RemoveWorkload(index, resource),
        Kept.Name,
        optional: true);

    private void RemoveWorkload(DestinationIndex index, JsonObject resource)
    {
        var name = ExternalWorkloadReader.Name(resource);
        index.RemoveWorkload(name);
        Slices?.RemoveWorkload(name);
    }

    private static (string Namespace, string Name) NameOf(JsonObject resource)
    {
        var metadata = new Field(resource, "")["metadata"];
        return (metadata["namespace"].OptionalText() ?? "", metadata["name"].OptionalText() ?? "");
    }

    private async Task AddAsync(DestinationIndex index, bool useSlices, CancellationToken cancel)
    {
        if (useSlices && await SliceTypeAsync(cancel) is { } type)
            Slices = new SliceBoard(type);
        var owners = new OwnerTable(index.UpdatePod);
        Follow(Resources.Namespaces, index.SetNamespace, index.RemoveNamespace, Kept.Name);
        Follow(Resources.Nodes, index.SetNode, index.RemoveNode, Kept.Name);
        Follow(ResourceType.MetadataOnly(Resources.ReplicaSets), v => owners.Set("ReplicaSet", v), v => owners.Remove("ReplicaSet", v), Kept.Owners);
        Follow(ResourceType.MetadataOnly(Resources.Jobs), v => owners.Set("Job", v), v => owners.Remove("Job", v), Kept.Owners);
        FollowServices(index);
        FollowProfiles(index);
        FollowWorkloads(index);
        FollowServers(index);
        Follow(
            Resources.Pods,
            pod =>
            {
                index.SetPod(PodReader.Read(pod, owners.OwnerOf));
                owners.Await(pod);
            },
            pod => index.RemovePod(new PodName(pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "")),
            Kept.Name);
        if (Slices is null)
            Follow(Resources.Endpoints, index.SetEndpoints, index.RemoveEndpoints, Kept.Name);
        else
            FollowSlices(index, Slices);
    }

    private void FollowSlices(DestinationIndex index, SliceBoard board) => Follow(
        board.Type,
        slice =>
        {
            index.SetSlice(slice);
            board.SetSlice(slice);
        },
        slice =>
        {
            index.RemoveSlice(slice);
            board.RemoveSlice(slice);
        },
        KeepOwner);

    private async Task<ResourceType<EndpointSlice>?> SliceTypeAsync(CancellationToken cancel)
    {
        if (await _client.ServesAsync(Resources.EndpointSlices.Gvr, cancel))
            return Resources.EndpointSlices;
        return await _client.ServesAsync(Resources.EndpointSlicesV1Beta1.Gvr, cancel) ? Resources.EndpointSlicesV1Beta1 : null;
    }

    /// <summary>A slice that is found gone at a new list must still say whose it was.</summary>
    private static EndpointSlice KeepOwner(EndpointSlice slice)
    {
        var kept = Kept.Name(slice);
        kept.Metadata.Labels = slice.Metadata.Labels;
        return kept;
    }

    private void Follow<T>(ResourceType<T> type, Action<T> set, Action<T> remove, Func<T, T> keep, bool optional = false)
        where T : class
    {
        var informer = new Informer<T>(_client.Resource(type), _options with { AbsentIsEmpty = optional }, keep);
        informer.AddHandler(new SetHandler<T>(set, remove));
        _informers.Add(informer);
    }
}
