using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Reading;
using Linkerd.Controller.Policy.Conditions;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Policy.Index;

/// <summary>Follows the cluster and feeds the index.</summary>
internal sealed class PolicyFeed : IAsyncDisposable
{
    private const string WorkloadGroup = "workload.linkerd.io";

    private readonly List<IInformer> _informers = [];
    private readonly KubernetesClient _client;
    private readonly InformerOptions _options;
    private readonly Action<string> _invalid;
    private readonly StatusBoard _statuses;

    /// <summary>Begins to follow pods, Services, namespaces and the resources of policy.</summary>
    /// <param name="index">What is fed.</param>
    /// <param name="client">The cluster.</param>
    /// <param name="identities">How identities are called.</param>
    /// <param name="statuses">Remembers what resources say of themselves.</param>
    /// <param name="options">How to follow.</param>
    /// <param name="invalid">Hears of a resource that cannot be used, and why.</param>
    public PolicyFeed(PolicyIndex index, KubernetesClient client, IdentityNames identities, StatusBoard statuses, InformerOptions options, Action<string> invalid)
    {
        _client = client;
        _options = options;
        _invalid = invalid;
        _statuses = statuses;
        Follow(Resources.Namespaces, index.SetNamespace, index.RemoveNamespace, Kept.Name);
        Follow(Resources.Services, index.SetService, index.RemoveService, Kept.Name);
        Follow(Resources.Pods, pod => index.SetWorkload(WorkloadReader.Pod(pod)), pod => index.RemoveWorkload(WorkloadReader.NameOf(pod)), Kept.Name);
        var authorizations = new AuthorizationReaders(identities);
        Follow(TargetRef.PolicyGroup, "v1beta3", "servers", "Server", ServerReader.Read, index.SetServer, index.RemoveServer);
        Follow(TargetRef.PolicyGroup, "v1beta1", "serverauthorizations", "ServerAuthorization", authorizations.ServerAuthorization, index.SetServerAuthorization, index.RemoveServerAuthorization);
        Follow(TargetRef.PolicyGroup, "v1alpha1", "authorizationpolicies", "AuthorizationPolicy", AuthorizationReaders.AuthorizationPolicy, index.SetAuthorizationPolicy, index.RemoveAuthorizationPolicy);
        Follow(TargetRef.PolicyGroup, "v1alpha1", "meshtlsauthentications", "MeshTLSAuthentication", authorizations.TlsAuthentication, index.SetTlsAuthentication, index.RemoveTlsAuthentication);
        Follow(TargetRef.PolicyGroup, "v1alpha1", "networkauthentications", "NetworkAuthentication", AuthorizationReaders.NetworkAuthentication, index.SetNetworkAuthentication, index.RemoveNetworkAuthentication);
        Follow(TargetRef.PolicyGroup, "v1alpha1", "httplocalratelimitpolicies", "HTTPLocalRateLimitPolicy", authorizations.RateLimit, index.SetRateLimit, index.RemoveRateLimit);
        Follow(WorkloadGroup, "v1beta1", "externalworkloads", "ExternalWorkload", WorkloadReader.External, index.SetWorkload, name => index.RemoveWorkload(new WorkloadName(true, name.Namespace, name.Name)));
        FollowRoutes(index, RouteKind.Http, TargetRef.PolicyGroup, "HTTPRoute");
        FollowRoutes(index, RouteKind.Http, TargetRef.GatewayGroup, "HTTPRoute");
        FollowRoutes(index, RouteKind.Grpc, TargetRef.GatewayGroup, "GRPCRoute");
        FollowRoutes(index, RouteKind.Tls, TargetRef.GatewayGroup, "TLSRoute");
        FollowRoutes(index, RouteKind.Tcp, TargetRef.GatewayGroup, "TCPRoute");
        Follow(TargetRef.PolicyGroup, "v1alpha1", "egressnetworks", "EgressNetwork", EgressNetworkReader.Read, index.SetEgressNetwork, index.RemoveEgressNetwork);
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

    private void FollowRoutes(PolicyIndex index, RouteKind kind, string group, string kindName) => Follow(
        group,
        StatusTypes.Routes(kind, group).Version,
        StatusTypes.Routes(kind, group).Resource,
        kindName,
        route => RouteReader.Read(route, kind, group),
        index.SetRoute,
        name => index.RemoveRoute(kind, group, name));

    /// <summary>Follows a resource whose CRD may not be installed, or be installed later.</summary>
    private void Follow<T>(string group, string version, string plural, string kind, Func<JsonObject, T> read, Action<T> set, Action<ResourceName> remove) => Follow(
        ResourceType.Dynamic(new GroupVersionResource(group, version, plural), kind, namespaced: true),
        resource =>
        {
            _statuses.Set(new StatusKey(new GroupVersionResource(group, version, plural), kind, ResourceReader.Name(resource)), resource);
            try
            {
                set(read(resource));
            }
            catch (InvalidResourceException e)
            {
                // What cannot be understood must not go on as it was before: it is as if it were not there.
                var name = ResourceReader.Name(resource);
                remove(name);
                _invalid($"{kind} {name}: {e.Message}");
            }
        },
        resource =>
        {
            var name = ResourceReader.Name(resource);
            _statuses.Remove(new StatusKey(new GroupVersionResource(group, version, plural), kind, name));
            remove(name);
        },
        Kept.Name,
        optional: true);

    private void Follow<T>(ResourceType<T> type, Action<T> set, Action<T> remove, Func<T, T> keep, bool optional = false)
        where T : class
    {
        var informer = new Informer<T>(_client.Resource(type), _options with { AbsentIsEmpty = optional }, keep);
        informer.AddHandler(new SetHandler<T>(set, remove));
        _informers.Add(informer);
    }
}
