using System.Net;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.GrpcRoute;
using Linkerd.Api.HttpRoute;
using Linkerd.Api.HttpTypes;
using Linkerd.Api.Inbound;
using Linkerd.Api.Mapping;
using Linkerd.Api.Meta;
using HttpMethod = Linkerd.Api.HttpTypes.HttpMethod;
using In = Linkerd.Api.Inbound;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Inbound policies of Server resources, part by part, as the policy controller words them.</summary>
internal static class InboundServers
{
    /// <summary>A Server resource.</summary>
    public static Server Server(ProxyProtocol protocol, params Authz[] authorizations) => new()
    {
        Protocol = protocol,
        Authorizations = { authorizations },
        Labels = { ["group"] = "policy.linkerd.io", ["kind"] = "server", ["name"] = "api" },
    };

    public static ProxyProtocol Http1(HttpLocalRateLimit? limit, params In.HttpRoute[] routes) => new() { Http1 = new() { Routes = { routes }, LocalRateLimit = limit } };

    public static ProxyProtocol Detect(params In.HttpRoute[] routes)
        => new() { Detect = new() { Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(10)), HttpRoutes = { routes } } };

    public static ProxyProtocol Grpc(params In.GrpcRoute[] routes) => new() { Grpc = new() { Routes = { routes } } };

    /// <summary>Anybody from the networks; by default from anywhere.</summary>
    public static Authz Anyone(string name, params string[] networks) => Authz(name, new Authn { Unauthenticated = new() }, networks, []);

    /// <summary>Anybody but the clients in a network.</summary>
    public static Authz AnyoneBut(string name, string except) => Authz(name, new Authn { Unauthenticated = new() }, [], [except]);

    /// <summary>Clients with one of the identities, or with <c>*.suffix</c>.</summary>
    public static Authz Identities(string name, params string[] identities)
    {
        var clients = new Authn.Types.PermitMeshTLS.Types.PermitClientIdentities();
        foreach (var identity in identities)
        {
            if (identity.StartsWith("*.", StringComparison.Ordinal))
                clients.Suffixes.Add(new IdentitySuffix { Parts = { identity[2..].Split('.') } });
            else
                clients.Identities.Add(new Identity { Name = identity });
        }

        return Authz(name, new Authn { MeshTLS = new() { Identities = clients } }, [], []);
    }

    /// <summary>Clients that speak the mesh's TLS, with or without a certificate.</summary>
    public static Authz Tls(string name) => Authz(name, new Authn { MeshTLS = new() { Unauthenticated = new() } }, [], []);

    public static In.HttpRoute Route(string name, HttpRouteMatch match, IEnumerable<Authz>? authorizations = null, params In.HttpRoute.Types.Filter[] filters) => new()
    {
        Metadata = Resource("gateway.networking.k8s.io", "HTTPRoute", name),
        Authorizations = { authorizations ?? [] },
        Rules = { new In.HttpRoute.Types.Rule { Matches = { match }, Filters = { filters } } },
    };

    public static HttpRouteMatch Exact(string path, HttpMethod.Types.Registered? method = null) => Match(new PathMatch { Exact = path }, method);

    public static HttpRouteMatch Prefix(string path, HttpMethod.Types.Registered? method = null) => Match(new PathMatch { Prefix = path }, method);

    public static In.HttpRoute.Types.Filter Fail(uint status, uint numerator = 1, uint denominator = 1)
        => new() { FailureInjector = new HttpFailureInjector { Status = status, Message = "injected", Ratio = new Ratio { Numerator = numerator, Denominator = denominator } } };

    public static In.HttpRoute.Types.Filter Set(string name, string value)
        => new() { RequestHeaderModifier = new RequestHeaderModifier { Set = Headers(name, value) } };

    public static In.HttpRoute.Types.Filter RedirectTo(string host) => new() { Redirect = new RequestRedirect { Host = host, Status = 302 } };

    public static In.GrpcRoute GrpcRoute(string name, string service, string method, IEnumerable<Authz>? authorizations = null, params In.GrpcRoute.Types.Filter[] filters) => new()
    {
        Metadata = Resource("gateway.networking.k8s.io", "GRPCRoute", name),
        Authorizations = { authorizations ?? [] },
        Rules = { new In.GrpcRoute.Types.Rule { Matches = { new GrpcRouteMatch { Rpc = new GrpcRpcMatch { Service = service, Method = method } } }, Filters = { filters } } },
    };

    public static HttpLocalRateLimit Limit(uint total = 0, uint identity = 0, params (uint Rate, string Identity)[] overrides)
    {
        var limit = new HttpLocalRateLimit { Metadata = Resource("policy.linkerd.io", "HTTPLocalRateLimitPolicy", "limit") };
        if (total > 0)
            limit.Total = new() { RequestsPerSecond = total };
        if (identity > 0)
            limit.Identity = new() { RequestsPerSecond = identity };
        foreach (var (rate, client) in overrides)
            limit.Overrides.Add(new HttpLocalRateLimit.Types.Override { Limit = new() { RequestsPerSecond = rate }, Clients = new() { Identities = { new Identity { Name = client } } } });
        return limit;
    }

    private static HttpRouteMatch Match(PathMatch path, HttpMethod.Types.Registered? method)
    {
        var match = new HttpRouteMatch { Path = path };
        if (method is { } registered)
            match.Method = new HttpMethod { Registered = registered };
        return match;
    }

    private static Headers Headers(string name, string value) => new() { Headers_ = { new Headers.Types.Header { Name = name, Value = ByteString.CopyFromUtf8(value) } } };

    private static Metadata Resource(string group, string kind, string name) => new() { Resource = new Resource { Group = group, Kind = kind, Name = name } };

    private static Authz Authz(string name, Authn authentication, string[] networks, string[] except)
    {
        var authz = new Authz { Authentication = authentication, Metadata = Resource("policy.linkerd.io", "authorizationpolicy", name) };
        foreach (var network in networks.Length > 0 ? networks : ["0.0.0.0/0", "::/0"])
            authz.Networks.Add(new Network { Net = Addresses.ToWire(IPNetwork.Parse(network)), Except = { except.Select(e => Addresses.ToWire(IPNetwork.Parse(e))) } });
        return authz;
    }
}
