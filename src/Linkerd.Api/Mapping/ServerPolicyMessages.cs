using Google.Protobuf.WellKnownTypes;
using Linkerd.Model;
using Wire = Linkerd.Api.Inbound;

namespace Linkerd.Api.Mapping;

/// <summary>Inbound policies onto the wire; <see cref="ServerPolicies"/> reads them back.</summary>
public static class ServerPolicyMessages
{
    /// <summary>One message of InboundServerPolicies.</summary>
    public static Wire.Server ToWire(ServerPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new Wire.Server
        {
            Protocol = Protocol(policy),
            ServerIps = { policy.ServerIps.Select(Addresses.ToWire) },
            Authorizations = { policy.Authorizations.Select(ToWire) },
            Labels = { Labels(policy.Meta) },
        };
    }

    private static Wire.ProxyProtocol Protocol(ServerPolicy policy) => policy.Protocol switch
    {
        ServerProtocol.Detect => new Wire.ProxyProtocol
        {
            Detect = new Wire.ProxyProtocol.Types.Detect
            {
                Timeout = Duration.FromTimeSpan(policy.DetectTimeout),
                HttpRoutes = { policy.HttpRoutes.Select(ToWire) },
                HttpLocalRateLimit = ToWire(policy.RateLimit),
            },
        },
        ServerProtocol.Http1 => new Wire.ProxyProtocol
        {
            Http1 = new Wire.ProxyProtocol.Types.Http1 { Routes = { policy.HttpRoutes.Select(ToWire) }, LocalRateLimit = ToWire(policy.RateLimit) },
        },
        ServerProtocol.Http2 => new Wire.ProxyProtocol
        {
            Http2 = new Wire.ProxyProtocol.Types.Http2 { Routes = { policy.HttpRoutes.Select(ToWire) }, LocalRateLimit = ToWire(policy.RateLimit) },
        },
        ServerProtocol.Grpc => new Wire.ProxyProtocol { Grpc = new Wire.ProxyProtocol.Types.Grpc { Routes = { policy.GrpcRoutes.Select(ToWire) } } },
        ServerProtocol.Opaque => new Wire.ProxyProtocol { Opaque = new Wire.ProxyProtocol.Types.Opaque() },
        ServerProtocol.Tls => new Wire.ProxyProtocol { Tls = new Wire.ProxyProtocol.Types.Tls() },
        _ => throw new ArgumentOutOfRangeException(nameof(policy), policy.Protocol, "no such protocol"),
    };

    private static Wire.HttpRoute ToWire(InboundHttpRoute route) => new()
    {
        Metadata = Metas.ToWire(route.Meta),
        Hosts = { route.Hosts.Select(RouteMessages.Host) },
        Authorizations = { route.Authorizations.Select(ToWire) },
        Rules = { route.Rules.Select(static rule => new Wire.HttpRoute.Types.Rule { Matches = { rule.Matches.Select(RouteMessages.Http) }, Filters = { rule.Filters.Select(HttpFilter) } }) },
    };

    private static Wire.GrpcRoute ToWire(InboundGrpcRoute route) => new()
    {
        Metadata = Metas.ToWire(route.Meta),
        Hosts = { route.Hosts.Select(RouteMessages.Host) },
        Authorizations = { route.Authorizations.Select(ToWire) },
        Rules = { route.Rules.Select(static rule => new Wire.GrpcRoute.Types.Rule { Matches = { rule.Matches.Select(RouteMessages.Grpc) }, Filters = { rule.Filters.Select(GrpcFilter) } }) },
    };

    private static Wire.HttpRoute.Types.Filter HttpFilter(RouteFilter filter) => filter switch
    {
        RouteFilter.HttpFailure failure => new() { FailureInjector = RouteMessages.Failure(failure) },
        RouteFilter.RequestHeaders headers => new() { RequestHeaderModifier = RouteMessages.RequestHeaders(headers.Changes) },
        RouteFilter.Redirect redirect => new() { Redirect = RouteMessages.Redirect(redirect) },
        _ => throw new ArgumentException($"{filter.GetType().Name} is no filter of an inbound HTTP route", nameof(filter)),
    };

    private static Wire.GrpcRoute.Types.Filter GrpcFilter(RouteFilter filter) => filter switch
    {
        RouteFilter.GrpcFailure failure => new() { FailureInjector = RouteMessages.Failure(failure) },
        RouteFilter.RequestHeaders headers => new() { RequestHeaderModifier = RouteMessages.RequestHeaders(headers.Changes) },
        _ => throw new ArgumentException($"{filter.GetType().Name} is no filter of an inbound gRPC route", nameof(filter)),
    };

    private static Wire.Authz ToWire(Authorization authorization) => new()
    {
        Networks = { authorization.Networks.Select(static n => new Wire.Network { Net = Addresses.ToWire(n.Network), Except = { n.Except.Select(Addresses.ToWire) } }) },
        Authentication = Authentication(authorization),
        Labels = { Labels(authorization.Meta) },
        Metadata = Metas.ToWire(authorization.Meta),
    };

    private static Wire.Authn Authentication(Authorization authorization) => authorization.Authentication switch
    {
        ClientAuthentication.Unauthenticated => new Wire.Authn { Unauthenticated = new Wire.Authn.Types.PermitUnauthenticated() },
        ClientAuthentication.TlsUnauthenticated => new Wire.Authn { MeshTLS = new Wire.Authn.Types.PermitMeshTLS { Unauthenticated = new Wire.Authn.Types.PermitUnauthenticated() } },
        _ => new Wire.Authn { MeshTLS = new Wire.Authn.Types.PermitMeshTLS { Identities = Identities(authorization.Identities) } },
    };

    private static Wire.Authn.Types.PermitMeshTLS.Types.PermitClientIdentities Identities(IReadOnlyList<IdentityMatch> identities) => new()
    {
        Identities = { identities.Where(static i => !i.IsSuffix).Select(static i => new Wire.Identity { Name = i.Text }) },
        // A suffix without parts ends every identity.
        Suffixes = { identities.Where(static i => i.IsSuffix).Select(static i => new Wire.IdentitySuffix { Parts = { i.Text.Split('.', StringSplitOptions.RemoveEmptyEntries) } }) },
    };

    private static Wire.HttpLocalRateLimit? ToWire(LocalRateLimit? limit) => limit is null ? null : new Wire.HttpLocalRateLimit
    {
        Metadata = Metas.ToWire(limit.Meta),
        Total = Limit(limit.Total),
        Identity = Limit(limit.Identity),
        Overrides =
        {
            limit.Overrides.Select(static o => new Wire.HttpLocalRateLimit.Types.Override
            {
                Limit = Limit(o.RequestsPerSecond),
                Clients = new Wire.HttpLocalRateLimit.Types.Override.Types.ClientIdentities { Identities = { o.Identities.Select(static name => new Wire.Identity { Name = name }) } },
            }),
        },
    };

    private static Wire.HttpLocalRateLimit.Types.Limit? Limit(uint? rate) => rate is { } value ? new Wire.HttpLocalRateLimit.Types.Limit { RequestsPerSecond = value } : null;

    private static Dictionary<string, string> Labels(Model.Meta meta) => new() { ["group"] = meta.Group, ["kind"] = meta.Kind, ["name"] = meta.Name };
}
