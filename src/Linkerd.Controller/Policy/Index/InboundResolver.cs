using Linkerd.Controller.Policy.Core;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Index;

/// <summary>What a port lets in, from the resources that are about it. Reads the tables of an index under the index's lock.</summary>
internal sealed class InboundResolver(PolicySettings settings, PolicyTables tables)
{
    private const string PolicyGroup = TargetRef.PolicyGroup;

    private static readonly InboundGrpcRoute s_grpcDefault = new() { Meta = Meta.Default("default"), Rules = [new GrpcRule([], [])] };

    /// <summary>The Server about a port: the oldest where several select it; null where none does.</summary>
    public PolicyServer? ServerOf(WorkloadPorts workload, int port) =>
        tables.Servers.In(workload.Name.Namespace).FirstOrDefault(s => workload.IsSelectedBy(s, port));

    /// <summary>The policy of a port that a Server is about.</summary>
    public ServerPolicy OfServer(PolicyServer server, IReadOnlyList<string> probePaths)
    {
        var http = server.Protocol is ServerProtocol.Detect or ServerProtocol.Http1 or ServerProtocol.Http2;
        return new ServerPolicy
        {
            Meta = new Meta(PolicyGroup, "server", server.Name.Name) { Namespace = server.Name.Namespace },
            Protocol = server.Protocol,
            Authorizations = [.. Authorizations(server)],
            HttpRoutes = http ? HttpRoutes(server, probePaths) : [],
            GrpcRoutes = server.Protocol == ServerProtocol.Grpc ? GrpcRoutes(server) : [],
            RateLimit = http ? tables.RateLimits.In(server.Name.Namespace).FirstOrDefault(l => l.Server == server.Name.Name)?.Limit : null,
        };
    }

    /// <summary>The policy of a port that no Server is about.</summary>
    public ServerPolicy OfDefault(string policy, bool opaque, IReadOnlyList<string> probePaths) => new()
    {
        Meta = Meta.Default(policy),
        Protocol = opaque ? ServerProtocol.Opaque : ServerProtocol.Detect,
        Authorizations = DefaultPolicy.Authorizations(policy, settings.ClusterNetworks) ?? [],
        HttpRoutes = opaque ? [] : DefaultRoutes(probePaths),
    };

    private IEnumerable<Authorization> Authorizations(PolicyServer server)
    {
        var ns = server.Name.Namespace;
        foreach (var authorization in tables.ServerAuthorizations.In(ns).Where(a => a.Selects(server)))
            yield return authorization.Authorization;
        foreach (var policy in tables.AuthorizationPolicies.In(ns).Where(p => IsAbout(p, server)))
        {
            if (Compile(policy) is { } authorization)
                yield return authorization;
        }

        foreach (var authorization in DefaultPolicy.Authorizations(server.AccessPolicy, settings.ClusterNetworks) ?? [])
            yield return authorization;
    }

    private static bool IsAbout(AuthorizationPolicy policy, PolicyServer server) =>
        policy.Target.Is("", "Namespace") || (policy.Target.Is(PolicyGroup, "Server") && policy.Target.Name == server.Name.Name);

    private List<InboundHttpRoute> HttpRoutes(PolicyServer server, IReadOnlyList<string> probePaths)
    {
        var routes = Attached(server, RouteKind.Http).Select(r => new InboundHttpRoute
        {
            Meta = r.Meta,
            Hosts = r.Hosts,
            Authorizations = OfRoute(r),
            Rules = [.. r.Rules.Select(static rule => new HttpRule(rule.HttpMatches, [.. rule.Filters.Where(static f => f is not RouteFilter.ResponseHeaders)]))],
        }).ToList();
        return routes.Count == 0 ? DefaultRoutes(probePaths) : routes;
    }

    private List<InboundGrpcRoute> GrpcRoutes(PolicyServer server)
    {
        var routes = Attached(server, RouteKind.Grpc).Select(r => new InboundGrpcRoute
        {
            Meta = r.Meta,
            Hosts = r.Hosts,
            Authorizations = OfRoute(r),
            Rules = [.. r.Rules.Select(static rule => new GrpcRule(rule.GrpcMatches, rule.Filters))],
        }).ToList();
        return routes.Count == 0 ? [s_grpcDefault] : routes;
    }

    private IEnumerable<PolicyRoute> Attached(PolicyServer server, RouteKind kind) =>
        tables.RoutesIn(kind, server.Name.Namespace).Where(r => r.Parents.Any(p => p.IsServer && p.Target.Namespace == server.Name.Namespace && p.Target.Name == server.Name.Name));

    private List<Authorization> OfRoute(PolicyRoute route) =>
        [.. tables.AuthorizationPolicies.In(route.Name.Namespace).Where(p => p.Target.Is(route.Meta.Group, route.Meta.Kind) && p.Target.Name == route.Name.Name).Select(Compile).OfType<Authorization>()];

    private Authorization? Compile(AuthorizationPolicy policy) => AuthorizationCompiler.Compile(
        policy,
        network => tables.NetworkAuthentications.Get(network.Namespace, network.Name)?.Networks,
        tls => tls.Is("", "ServiceAccount")
            ? [IdentityMatch.Exact(settings.Identities.Of(tls.Namespace, tls.Name))]
            : tables.TlsAuthentications.Get(tls.Namespace, tls.Name)?.Identities);

    /// <summary>Everything matches one route; the kubelet, which has no identity, may probe.</summary>
    private List<InboundHttpRoute> DefaultRoutes(IReadOnlyList<string> probePaths) =>
        probePaths.Count == 0 ? [DefaultPolicy.DefaultRoute] : [DefaultPolicy.DefaultRoute, ProbeRoute(probePaths)];

    private InboundHttpRoute ProbeRoute(IReadOnlyList<string> paths) => new()
    {
        Meta = Meta.Default("probe"),
        Authorizations = [new Authorization { Networks = [.. settings.ProbeNetworks.Select(static n => new NetworkMatch(n, []))], Meta = Meta.Default("probe") }],
        Rules = [new HttpRule([.. paths.Select(static p => new HttpRouteMatch { Path = new TextMatch(TextMatchKind.Exact, p), Method = "GET" })], [])],
    };
}
