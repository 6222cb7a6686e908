using Linkerd.Model;
using Wire = Linkerd.Api.Outbound;

namespace Linkerd.Api.Mapping;

/// <summary>Outbound Http routes off the wire.</summary>
internal static class HttpRoutes
{
    public static OutboundHttpRoute ToModel(Wire.HttpRoute route) => new()
    {
        Meta = Metas.ToModel(route.Metadata),
        Hosts = Routes.Hosts(route.Hosts),
        Rules = [.. route.Rules.Select(ToModel)],
    };

    private static OutboundRule<HttpRouteMatch> ToModel(Wire.HttpRoute.Types.Rule rule) => new()
    {
        Matches = [.. rule.Matches.Select(Routes.Http)],
        Filters = [.. rule.Filters.Select(ToModel)],
        Backends = ToModel(rule.Backends),
        Timeouts = Backends.ToModel(rule.Timeouts),
        Retry = ToModel(rule.Retry),
        AllowRequestHeaders = rule.AllowL5DRequestHeaders,
    };

    private static Distribution ToModel(Wire.HttpRoute.Types.Distribution? distribution) => distribution?.KindCase switch
    {
        Wire.HttpRoute.Types.Distribution.KindOneofCase.FirstAvailable => new Distribution(DistributionKind.FirstAvailable, [.. distribution.FirstAvailable.Backends.Select(b => ToModel(b, 1))]),
        Wire.HttpRoute.Types.Distribution.KindOneofCase.RandomAvailable => new Distribution(DistributionKind.RandomAvailable, [.. distribution.RandomAvailable.Backends.Select(b => ToModel(b.Backend, b.Weight))]),
        _ => Distribution.Empty,
    };

    private static RouteBackend ToModel(Wire.HttpRoute.Types.RouteBackend? backend, uint weight) => backend is null
        ? throw new WireException("backends.backend: missing")
        : new RouteBackend(Backends.ToModel(backend.Backend), weight, [.. backend.Filters.Select(ToModel)]);

    private static RouteFilter ToModel(Wire.HttpRoute.Types.Filter filter) => filter.KindCase switch
    {
        Wire.HttpRoute.Types.Filter.KindOneofCase.FailureInjector => Routes.Failure(filter.FailureInjector),
        Wire.HttpRoute.Types.Filter.KindOneofCase.RequestHeaderModifier => Routes.RequestHeaders(filter.RequestHeaderModifier),
        Wire.HttpRoute.Types.Filter.KindOneofCase.Redirect => Routes.Redirect(filter.Redirect),
        Wire.HttpRoute.Types.Filter.KindOneofCase.ResponseHeaderModifier => Routes.ResponseHeaders(filter.ResponseHeaderModifier),
        _ => throw new WireException("filters: of no known kind"),
    };

    private static RetryPolicy? ToModel(Wire.HttpRoute.Types.Retry? retry) => retry is null ? null : new RetryPolicy
    {
        MaxRetries = (int)Math.Min(retry.MaxRetries, int.MaxValue),
        MaxRequestBytes = (int)Math.Min(retry.MaxRequestBytes, int.MaxValue),
        StatusRanges = [.. (retry.Conditions?.StatusRanges ?? []).Select(r => ((int)Math.Min(r.Start, 999), (int)Math.Min(r.End, 999)))],
        Timeout = Durations.ToModel(retry.Timeout, "retry.timeout"),
        Backoff = Breakers.ToModel(retry.Backoff),
        RespectRetryAfter = retry.Backoff?.RespectRetryAfterHint ?? false,
    };
}
