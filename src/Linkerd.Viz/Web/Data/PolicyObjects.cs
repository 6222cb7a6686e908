using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Viz.Web.Data;

/// <summary>Policy resources of a namespace, read when they are asked for and kept for ten seconds. A kind that is not installed has no objects.</summary>
internal sealed class PolicyObjects(KubernetesClient client, TimeProvider time) : IPolicySource
{
    private const int MaxObjects = 2_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private static readonly (string Group, string Version, string Plural, string Kind)[] s_kinds =
    [
        ("policy.linkerd.io", "v1beta3", "servers", "Server"),
        ("policy.linkerd.io", "v1beta1", "serverauthorizations", "ServerAuthorization"),
        ("policy.linkerd.io", "v1alpha1", "authorizationpolicies", "AuthorizationPolicy"),
        ("policy.linkerd.io", "v1alpha1", "meshtlsauthentications", "MeshTLSAuthentication"),
        ("policy.linkerd.io", "v1alpha1", "networkauthentications", "NetworkAuthentication"),
        ("policy.linkerd.io", "v1alpha1", "httplocalratelimitpolicies", "HTTPLocalRateLimitPolicy"),
        ("policy.linkerd.io", "v1beta3", "httproutes", "HTTPRoute"),
        ("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute"),
        ("gateway.networking.k8s.io", "v1", "grpcroutes", "GRPCRoute"),
        ("linkerd.io", "v1alpha2", "serviceprofiles", "ServiceProfile"),
    ];

    private readonly Access.BoundedTable<string, (long At, Task<IReadOnlyList<JsonObject>> Objects)> _byNamespace = new(200);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<JsonObject>> InAsync(string ns, CancellationToken cancel)
    {
        var now = time.GetTimestamp();
        var (_, task) = _byNamespace.Update(ns, old =>
            old.Objects is { IsFaulted: false, IsCanceled: false } && time.GetElapsedTime(old.At, now) < Fresh ? old : (now, ReadAsync(ns)));
        return await task.WaitAsync(cancel);
    }

    private async Task<IReadOnlyList<JsonObject>> ReadAsync(string ns)
    {
        await Task.Yield();
        var lists = await Task.WhenAll(s_kinds.Select(k => ListAsync(k.Group, k.Version, k.Plural, k.Kind, ns)));
        return [.. lists.SelectMany(static l => l)];
    }

    private async Task<IReadOnlyList<JsonObject>> ListAsync(string group, string version, string plural, string kind, string ns)
    {
        try
        {
            var type = client.Dynamic(new GroupVersionResource(group, version, plural), kind, namespaced: true, ns);
            return (await type.ListAsync(new ListOptions { Limit = MaxObjects })).Items;
        }
        catch (KubernetesException e) when (e.IsNotFound || e.Code == 403)
        {
            // Not installed, or not ours to see.
            return [];
        }
    }
}
