using Linkerd.Model;
using Wire = Linkerd.Api.Outbound;

namespace Linkerd.Api.Mapping;

/// <summary>Outbound Grpc routes off the wire.</summary>
internal static class GrpcRoutes
{
    public static OutboundGrpcRoute ToModel(Wire.GrpcRoute route) => new()
    {
        Meta = Metas.ToModel(route.Metadata),
        Hosts = Routes.Hosts(route.Hosts),
        Rules = [.. route.Rules.Select(ToModel)],
    };

    private static OutboundRule<GrpcRouteMatch> ToModel(Wire.GrpcRoute.Types.Rule rule) => new()
    {
        Matches = [.. rule.Matches.Select(Routes.Grpc)],
        Filters = [.. rule.Filters.Select(ToModel)],
        Backends = ToModel(rule.Backends),
        Timeouts = Backends.ToModel(rule.Timeouts),
        Retry = ToModel(rule.Retry),
        AllowRequestHeaders = rule.AllowL5DRequestHeaders,
    };

    private static Distribution ToModel(Wire.GrpcRoute.Types.Distribution? distribution) => distribution?.KindCase switch
    {
        Wire.GrpcRoute.Types.Distribution.KindOneofCase.FirstAvailable => new Distribution(DistributionKind.FirstAvailable, [.. distribution.FirstAvailable.Backends.Select(b => ToModel(b, 1))]),
        Wire.GrpcRoute.Types.Distribution.KindOneofCase.RandomAvailable => new Distribution(DistributionKind.RandomAvailable, [.. distribution.RandomAvailable.Backends.Select(b => ToModel(b.Backend, b.Weight))]),
        _ => Distribution.Empty,
    };

    private static RouteBackend ToModel(Wire.GrpcRoute.Types.RouteBackend? backend, uint weight) => backend is null
        ? throw new WireException("backends.backend: missing")
        : new RouteBackend(Backends.ToModel(backend.Backend), weight, [.. backend.Filters.Select(ToModel)]);

    private static RouteFilter ToModel(Wire.GrpcRoute.Types.Filter filter) => filter.KindCase switch
    {
        Wire.GrpcRoute.Types.Filter.KindOneofCase.FailureInjector => Routes.Failure(filter.FailureInjector),
        Wire.GrpcRoute.Types.Filter.KindOneofCase.RequestHeaderModifier => Routes.RequestHeaders(filter.RequestHeaderModifier),
        _ => throw new WireException("filters: of no known kind"),
    };

    private static RetryPolicy? ToModel(Wire.GrpcRoute.Types.Retry? retry) => retry is null ? null : new RetryPolicy
    {
        MaxRetries = (int)Math.Min(retry.MaxRetries, int.MaxValue),
        MaxRequestBytes = (int)Math.Min(retry.MaxRequestBytes, int.MaxValue),
        GrpcCodes = Codes(retry.Conditions),
        Timeout = Durations.ToModel(retry.Timeout, "retry.timeout"),
        Backoff = Breakers.ToModel(retry.Backoff),
        RespectRetryAfter = retry.Backoff?.RespectRetryAfterHint ?? false,
    };

    private static List<int> Codes(Wire.GrpcRoute.Types.Retry.Types.Conditions? conditions)
    {
        if (conditions is null)
            return [];
        var codes = new List<int>(5);
        if (conditions.Cancelled)
            codes.Add(1);
        if (conditions.DeadineExceeded)
            codes.Add(4);
        if (conditions.ResourceExhausted)
            codes.Add(8);
        if (conditions.Internal)
            codes.Add(13);
        if (conditions.Unavailable)
            codes.Add(14);
        return codes;
    }
}
