using Linkerd.Controller.Policy.Core;

namespace Linkerd.Controller.Policy.Index;

/// <summary>The policy resources of the cluster; not synchronised.</summary>
internal sealed class PolicyTables
{
    private readonly Dictionary<(RouteKind Kind, string Group), ResourceTable<PolicyRoute>> _routes = [];

    public ResourceTable<PolicyServer> Servers { get; } = new();

    public ResourceTable<ServerAuthorization> ServerAuthorizations { get; } = new();

    public ResourceTable<AuthorizationPolicy> AuthorizationPolicies { get; } = new();

    public ResourceTable<TlsAuthentication> TlsAuthentications { get; } = new();

    public ResourceTable<NetworkAuthentication> NetworkAuthentications { get; } = new();

    public ResourceTable<RateLimitPolicy> RateLimits { get; } = new();

    public ResourceTable<EgressNetwork> EgressNetworks { get; } = new();

    public ServiceTable Services { get; } = new();

    /// <summary>Changes of what statuses depend on.</summary>
    public long StatusChanges => Servers.Changes + RateLimits.Changes + EgressNetworks.Changes + Services.Changes + _routes.Values.Sum(static r => r.Changes);

    /// <summary>Routes of one kind and group.</summary>
    public ResourceTable<PolicyRoute> Routes(RouteKind kind, string group)
    {
        if (!_routes.TryGetValue((kind, group), out var table))
            _routes.Add((kind, group), table = new ResourceTable<PolicyRoute>());
        return table;
    }

    /// <summary>Routes of one kind in a namespace, of both groups: the oldest first.</summary>
    public IEnumerable<PolicyRoute> RoutesIn(RouteKind kind, string ns) =>
        ResourceTable<PolicyRoute>.Ordered(_routes.Where(r => r.Key.Kind == kind).SelectMany(r => r.Value.In(ns)));

    /// <summary>All routes of one kind, of both groups: the oldest first.</summary>
    public IEnumerable<PolicyRoute> AllRoutes(RouteKind kind) =>
        ResourceTable<PolicyRoute>.Ordered(_routes.Where(r => r.Key.Kind == kind).SelectMany(static r => r.Value.All));
}
