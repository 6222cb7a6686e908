using Linkerd.Model;
using Wire = Linkerd.Api.Outbound;
using WireGrpc = Linkerd.Api.Outbound.GrpcRoute.Types;
using WireHttp = Linkerd.Api.Outbound.HttpRoute.Types;

namespace Linkerd.Api.Mapping;

/// <summary>Outbound HTTP and gRPC routes onto the wire. The contract gives each kind messages of its own, which differ only in name.</summary>
internal static class OutboundRouteMessages
{
    public static Wire.HttpRoute Http(OutboundHttpRoute route) => new()
    {
        Metadata = Metas.ToWire(route.Meta),
        Hosts = { route.Hosts.Select(RouteMessages.Host) },
        Rules = { route.Rules.Select(Rule) },
    };

    public static Wire.GrpcRoute Grpc(OutboundGrpcRoute route) => new()
    {
        Metadata = Metas.ToWire(route.Meta),
        Hosts = { route.Hosts.Select(RouteMessages.Host) },
        Rules = { route.Rules.Select(Rule) },
    };

    private static WireHttp.Rule Rule(OutboundRule<HttpRouteMatch> rule) => new()
    {
        Matches = { rule.Matches.Select(RouteMessages.Http) },
        Filters = { rule.Filters.Select(HttpFilter) },
        Backends = HttpBackends(rule.Backends),
        Timeouts = BackendMessages.ToWire(rule.Timeouts),
        Retry = HttpRetry(rule.Retry),
        AllowL5DRequestHeaders = rule.AllowRequestHeaders,
    };

    private static WireGrpc.Rule Rule(OutboundRule<GrpcRouteMatch> rule) => new()
    {
        Matches = { rule.Matches.Select(RouteMessages.Grpc) },
        Filters = { rule.Filters.Select(GrpcFilter) },
        Backends = GrpcBackends(rule.Backends),
        Timeouts = BackendMessages.ToWire(rule.Timeouts),
        Retry = GrpcRetry(rule.Retry),
        AllowL5DRequestHeaders = rule.AllowRequestHeaders,
    };

    private static WireHttp.Filter HttpFilter(RouteFilter filter) => filter switch
    {
        RouteFilter.HttpFailure failure => new() { FailureInjector = RouteMessages.Failure(failure) },
        RouteFilter.RequestHeaders headers => new() { RequestHeaderModifier = RouteMessages.RequestHeaders(headers.Changes) },
        RouteFilter.ResponseHeaders headers => new() { ResponseHeaderModifier = RouteMessages.ResponseHeaders(headers.Changes) },
        RouteFilter.Redirect redirect => new() { Redirect = RouteMessages.Redirect(redirect) },
        _ => throw new ArgumentException($"{filter.GetType().Name} is no filter of an outbound HTTP route", nameof(filter)),
    };

    private static WireGrpc.Filter GrpcFilter(RouteFilter filter) => filter switch
    {
        RouteFilter.GrpcFailure failure => new() { FailureInjector = RouteMessages.Failure(failure) },
        RouteFilter.RequestHeaders headers => new() { RequestHeaderModifier = RouteMessages.RequestHeaders(headers.Changes) },
        _ => throw new ArgumentException($"{filter.GetType().Name} is no filter of an outbound gRPC route", nameof(filter)),
    };

    private static WireHttp.Distribution HttpBackends(Distribution distribution) => distribution.Kind switch
    {
        DistributionKind.FirstAvailable => new() { FirstAvailable = new WireHttp.Distribution.Types.FirstAvailable { Backends = { distribution.Backends.Select(HttpBackend) } } },
        DistributionKind.RandomAvailable => new()
        {
            RandomAvailable = new WireHttp.Distribution.Types.RandomAvailable
            {
                Backends = { distribution.Backends.Select(static b => new WireHttp.WeightedRouteBackend { Backend = HttpBackend(b), Weight = b.Weight }) },
            },
        },
        _ => new() { Empty = new WireHttp.Distribution.Types.Empty() },
    };

    private static WireGrpc.Distribution GrpcBackends(Distribution distribution) => distribution.Kind switch
    {
        DistributionKind.FirstAvailable => new() { FirstAvailable = new WireGrpc.Distribution.Types.FirstAvailable { Backends = { distribution.Backends.Select(GrpcBackend) } } },
        DistributionKind.RandomAvailable => new()
        {
            RandomAvailable = new WireGrpc.Distribution.Types.RandomAvailable
            {
                Backends = { distribution.Backends.Select(static b => new WireGrpc.WeightedRouteBackend { Backend = GrpcBackend(b), Weight = b.Weight }) },
            },
        },
        _ => new() { Empty = new WireGrpc.Distribution.Types.Empty() },
    };

    private static WireHttp.RouteBackend HttpBackend(RouteBackend backend) => new() { Backend = BackendMessages.ToWire(backend.Backend), Filters = { backend.Filters.Select(HttpFilter) } };

    private static WireGrpc.RouteBackend GrpcBackend(RouteBackend backend) => new() { Backend = BackendMessages.ToWire(backend.Backend), Filters = { backend.Filters.Select(GrpcFilter) } };

    private static WireHttp.Retry? HttpRetry(RetryPolicy? retry) => retry is null ? null : new WireHttp.Retry
    {
        MaxRetries = (uint)retry.MaxRetries,
        MaxRequestBytes = (uint)retry.MaxRequestBytes,
        Conditions = new WireHttp.Retry.Types.Conditions
        {
            StatusRanges = { retry.StatusRanges.Select(static r => new WireHttp.Retry.Types.Conditions.Types.StatusRange { Start = (uint)r.Start, End = (uint)r.End }) },
        },
        Timeout = DurationMessages.ToWire(retry.Timeout),
        Backoff = BackendMessages.ToWire(retry.Backoff, retry.RespectRetryAfter),
    };

    private static WireGrpc.Retry? GrpcRetry(RetryPolicy? retry) => retry is null ? null : new WireGrpc.Retry
    {
        MaxRetries = (uint)retry.MaxRetries,
        MaxRequestBytes = (uint)retry.MaxRequestBytes,
        Conditions = new WireGrpc.Retry.Types.Conditions
        {
            Cancelled = retry.GrpcCodes.Contains(1),
            DeadineExceeded = retry.GrpcCodes.Contains(4),
            ResourceExhausted = retry.GrpcCodes.Contains(8),
            Internal = retry.GrpcCodes.Contains(13),
            Unavailable = retry.GrpcCodes.Contains(14),
        },
        Timeout = DurationMessages.ToWire(retry.Timeout),
        Backoff = BackendMessages.ToWire(retry.Backoff, retry.RespectRetryAfter),
    };
}
