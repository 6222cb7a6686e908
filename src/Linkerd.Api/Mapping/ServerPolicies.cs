using Linkerd.Model;
using Wire = Linkerd.Api.Inbound;

namespace Linkerd.Api.Mapping;

/// <summary>Inbound policies off the wire.</summary>
public static class ServerPolicies
{
    /// <summary>One message of InboundServerPolicies.</summary>
    /// <exception cref="WireException">The policy makes no sense: nothing of it may be applied.</exception>
    public static ServerPolicy ToModel(Wire.Server server)
    {
        var policy = new ServerPolicy
        {
            Meta = Metas.FromLabels(server.Labels),
            ServerIps = [.. server.ServerIps.Select(Addresses.ToModel)],
            Authorizations = [.. server.Authorizations.Select(ToModel)],
        };
        var protocol = server.Protocol;
        return protocol?.KindCase switch
        {
            Wire.ProxyProtocol.KindOneofCase.Detect => policy with
            {
                Protocol = ServerProtocol.Detect,
                DetectTimeout = Durations.ToModel(protocol.Detect.Timeout, "detect.timeout", policy.DetectTimeout),
                HttpRoutes = HttpRoutes(protocol.Detect.HttpRoutes),
                RateLimit = ToModel(protocol.Detect.HttpLocalRateLimit),
            },
            Wire.ProxyProtocol.KindOneofCase.Http1 => policy with { Protocol = ServerProtocol.Http1, HttpRoutes = HttpRoutes(protocol.Http1.Routes), RateLimit = ToModel(protocol.Http1.LocalRateLimit) },
            Wire.ProxyProtocol.KindOneofCase.Http2 => policy with { Protocol = ServerProtocol.Http2, HttpRoutes = HttpRoutes(protocol.Http2.Routes), RateLimit = ToModel(protocol.Http2.LocalRateLimit) },
            Wire.ProxyProtocol.KindOneofCase.Grpc => policy with { Protocol = ServerProtocol.Grpc, GrpcRoutes = [.. protocol.Grpc.Routes.Select(ToModel)] },
            Wire.ProxyProtocol.KindOneofCase.Opaque => policy with { Protocol = ServerProtocol.Opaque },
            Wire.ProxyProtocol.KindOneofCase.Tls => policy with { Protocol = ServerProtocol.Tls },
            _ => throw new WireException("protocol: none is set"),
        };
    }

    private static Authorization ToModel(Wire.Authz authz)
    {
        var (authentication, identities) = ToModel(authz.Authentication);
        return new Authorization
        {
            Networks = [.. authz.Networks.Select(n => new NetworkMatch(Addresses.ToModel(n.Net), [.. n.Except.Select(Addresses.ToModel)]))],
            Authentication = authentication,
            Identities = identities,
            Meta = authz.Metadata is not null ? Metas.ToModel(authz.Metadata) : Metas.FromLabels(authz.Labels),
        };
    }

    private static (ClientAuthentication Kind, IReadOnlyList<IdentityMatch> Identities) ToModel(Wire.Authn? authn)
    {
        switch (authn?.PermitCase)
        {
            case Wire.Authn.PermitOneofCase.Unauthenticated:
                return (ClientAuthentication.Unauthenticated, []);
            case Wire.Authn.PermitOneofCase.MeshTLS when authn.MeshTLS.ClientsCase == Wire.Authn.Types.PermitMeshTLS.ClientsOneofCase.Unauthenticated:
                return (ClientAuthentication.TlsUnauthenticated, []);
            case Wire.Authn.PermitOneofCase.MeshTLS when authn.MeshTLS.ClientsCase == Wire.Authn.Types.PermitMeshTLS.ClientsOneofCase.Identities:
                var clients = authn.MeshTLS.Identities;
                return (ClientAuthentication.Identities,
                    [.. clients.Identities.Select(i => IdentityMatch.Exact(i.Name)), .. clients.Suffixes.Select(s => IdentityMatch.Suffix(string.Join('.', s.Parts)))]);
            default:
                // Never to be read as a permission.
                throw new WireException("authorizations.authentication: no permit is set");
        }
    }

    private static IReadOnlyList<InboundHttpRoute> HttpRoutes(IEnumerable<Wire.HttpRoute> routes) => [.. routes.Select(r => new InboundHttpRoute
    {
        Meta = Metas.ToModel(r.Metadata),
        Hosts = Routes.Hosts(r.Hosts),
        Authorizations = [.. r.Authorizations.Select(ToModel)],
        Rules = [.. r.Rules.Select(rule => new HttpRule([.. rule.Matches.Select(Routes.Http)], [.. rule.Filters.Select(ToModel)]))],
    })];

    private static InboundGrpcRoute ToModel(Wire.GrpcRoute route) => new()
    {
        Meta = Metas.ToModel(route.Metadata),
        Hosts = Routes.Hosts(route.Hosts),
        Authorizations = [.. route.Authorizations.Select(ToModel)],
        Rules = [.. route.Rules.Select(rule => new GrpcRule([.. rule.Matches.Select(Routes.Grpc)], [.. rule.Filters.Select(ToModel)]))],
    };

    private static RouteFilter ToModel(Wire.HttpRoute.Types.Filter filter) => filter.KindCase switch
    {
        Wire.HttpRoute.Types.Filter.KindOneofCase.FailureInjector => Routes.Failure(filter.FailureInjector),
        Wire.HttpRoute.Types.Filter.KindOneofCase.RequestHeaderModifier => Routes.RequestHeaders(filter.RequestHeaderModifier),
        Wire.HttpRoute.Types.Filter.KindOneofCase.Redirect => Routes.Redirect(filter.Redirect),
        _ => throw new WireException("filters: of no known kind"),
    };

    private static RouteFilter ToModel(Wire.GrpcRoute.Types.Filter filter) => filter.KindCase switch
    {
        Wire.GrpcRoute.Types.Filter.KindOneofCase.FailureInjector => Routes.Failure(filter.FailureInjector),
        Wire.GrpcRoute.Types.Filter.KindOneofCase.RequestHeaderModifier => Routes.RequestHeaders(filter.RequestHeaderModifier),
        _ => throw new WireException("filters: of no known kind"),
    };

    private static LocalRateLimit? ToModel(Wire.HttpLocalRateLimit? limit) => limit is null ? null : new LocalRateLimit
    {
        Meta = Metas.ToModel(limit.Metadata),
        Total = limit.Total?.RequestsPerSecond,
        Identity = limit.Identity?.RequestsPerSecond,
        Overrides = [.. limit.Overrides.Where(o => o.Limit is not null).Select(o => new RateLimitOverride(o.Limit.RequestsPerSecond, [.. (o.Clients?.Identities ?? []).Select(i => i.Name)]))],
    };
}
