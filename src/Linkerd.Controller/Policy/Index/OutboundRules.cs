using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Policy.Core;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Index;

/// <summary>Makes what a proxy is told of the routes attached to one parent.</summary>
/// <param name="settings">What the flags say.</param>
/// <param name="tables">What exists.</param>
/// <param name="parent">What the parent's annotations say.</param>
/// <param name="own">The parent itself as a backend, for rules that name none.</param>
/// <param name="network">The parent, when it is an EgressNetwork.</param>
internal sealed class OutboundRules(PolicySettings settings, PolicyTables tables, ParentSettings parent, Backend own, EgressNetwork? network)
{
    private const int GrpcPermissionDenied = 7;
    private const int GrpcUnavailable = 14;
    private const string NotAllowed = "traffic not allowed";

    private static readonly ExponentialBackoff s_retryBackoff = new(TimeSpan.FromMilliseconds(25), TimeSpan.FromMilliseconds(250), 1);

    /// <summary>A balancer over a Service's port.</summary>
    public static Backend Balancer(PolicySettings settings, ServiceName service, int port, LoadPenalty? penalty) => new()
    {
        Meta = MetaOf(service, port),
        Balancer = new BalancerPolicy { Destination = $"{service.Name}.{service.Namespace}.svc.{settings.ClusterDomain}:{port}", Penalty = penalty },
    };

    /// <summary>How a Service's port is called in metrics.</summary>
    public static Meta MetaOf(ServiceName service, int port) => new("core", "Service", service.Name) { Namespace = service.Namespace, Port = port };

    /// <summary>HTTP routes; the default is there when nothing is attached, or behind what is.</summary>
    public HttpPolicy Http(IReadOnlyList<PolicyRoute> routes, OutboundHttpRoute last, bool keepDefault = false) => new(
        [.. routes.Select(Http), .. routes.Count == 0 || keepDefault ? [last] : Array.Empty<OutboundHttpRoute>()],
        parent.Breaker);

    /// <summary>gRPC routes.</summary>
    public GrpcPolicy Grpc(IReadOnlyList<PolicyRoute> routes, OutboundGrpcRoute? last) => new([.. routes.Select(Grpc), .. last is null ? Array.Empty<OutboundGrpcRoute>() : [last]], parent.Breaker);

    public IReadOnlyList<TlsRoute> Tls(IReadOnlyList<PolicyRoute> routes) =>
        [.. routes.Select(r => new TlsRoute { Meta = r.Meta, ServerNames = r.Hosts, Backends = Backends(r.Rules[0], RouteKind.Tls), Filters = Unambiguous(r) })];

    public IReadOnlyList<OpaqueRoute> Tcp(IReadOnlyList<PolicyRoute> routes) => [.. routes.Select(r => new OpaqueRoute { Meta = r.Meta, Backends = Backends(r.Rules[0], RouteKind.Tcp), Filters = Unambiguous(r) })];

    // Connections have nothing to choose a rule by.
    private static IReadOnlyList<RouteFilter> Unambiguous(PolicyRoute route) => route.Rules.Count == 1 ? [] : [new RouteFilter.Invalid($"rules: {route.Rules.Count} are given, exactly one must be")];

    /// <summary>Everything goes to the parent.</summary>
    public OutboundHttpRoute HttpDefault(string name) => HttpRoute(Meta.Default(name), []);

    /// <summary>Everything goes to the parent.</summary>
    public OpaqueRoute OpaqueDefault(string name) => new() { Meta = Meta.Default(name), Backends = Distribution.To(own) };

    /// <summary>What becomes of HTTP that no route of an EgressNetwork is about.</summary>
    public OutboundHttpRoute HttpEgress() => HttpRoute(Meta.Default("http-egress-" + Verdict), Allowed ? [] : [new RouteFilter.HttpFailure(403, NotAllowed, null)]);

    /// <summary>What becomes of gRPC that no route of an EgressNetwork is about.</summary>
    public OutboundGrpcRoute GrpcEgress() => new()
    {
        Meta = Meta.Default("grpc-egress-" + Verdict),
        Rules = [new OutboundRule<GrpcRouteMatch> { Backends = Distribution.To(own), Filters = Allowed ? [] : [new RouteFilter.GrpcFailure(GrpcPermissionDenied, NotAllowed, null)] }],
    };

    /// <summary>What becomes of TLS that no route of an EgressNetwork is about.</summary>
    public TlsRoute TlsEgress() => new() { Meta = Meta.Default("tls-egress-" + Verdict), Backends = Distribution.To(own), Filters = Allowed ? [] : [new RouteFilter.Forbidden()] };

    /// <summary>What becomes of other bytes to an EgressNetwork.</summary>
    public OpaqueRoute TcpEgress() => new() { Meta = Meta.Default("tcp-egress-" + Verdict), Backends = Distribution.To(own), Filters = Allowed ? [] : [new RouteFilter.Forbidden()] };

    private bool Allowed => network?.Allow ?? true;

    private string Verdict => Allowed ? "allow" : "deny";

    private OutboundHttpRoute HttpRoute(Meta meta, IReadOnlyList<RouteFilter> filters) => new()
    {
        Meta = meta,
        Rules =
        [
            new OutboundRule<HttpRouteMatch>
            {
                Matches = [new HttpRouteMatch { Path = new TextMatch(TextMatchKind.Prefix, "/") }],
                Filters = filters,
                Backends = Distribution.To(own),
                Timeouts = Timeouts(parent.Tuning, null, null),
                Retry = HttpRetry(parent.Tuning, null),
                AllowRequestHeaders = settings.AllowRequestHeaders,
            },
        ],
    };

    private OutboundHttpRoute Http(PolicyRoute route)
    {
        var tuning = route.Tuning.Or(parent.Tuning);
        return new OutboundHttpRoute
        {
            Meta = route.Meta,
            Hosts = route.Hosts,
            Rules =
            [
                .. route.Rules.Select(rule => new OutboundRule<HttpRouteMatch>
                {
                    Matches = rule.HttpMatches,
                    Filters = rule.Filters,
                    Backends = Backends(rule, RouteKind.Http),
                    Timeouts = Timeouts(tuning, rule, HttpRetry(tuning, rule)),
                    Retry = HttpRetry(tuning, rule),
                    AllowRequestHeaders = settings.AllowRequestHeaders,
                }),
            ],
        };
    }

    private OutboundGrpcRoute Grpc(PolicyRoute route)
    {
        var tuning = route.Tuning.Or(parent.Tuning);
        return new OutboundGrpcRoute
        {
            Meta = route.Meta,
            Hosts = route.Hosts,
            Rules =
            [
                .. route.Rules.Select(rule => new OutboundRule<GrpcRouteMatch>
                {
                    Matches = rule.GrpcMatches,
                    Filters = rule.Filters,
                    Backends = Backends(rule, RouteKind.Grpc),
                    Timeouts = Timeouts(tuning, rule, GrpcRetry(tuning)),
                    Retry = GrpcRetry(tuning),
                    AllowRequestHeaders = settings.AllowRequestHeaders,
                }),
            ],
        };
    }

    private Distribution Backends(PolicyRule rule, RouteKind kind) => rule.Backends.Count == 0
        ? Distribution.To(own)
        : new Distribution(DistributionKind.RandomAvailable, [.. rule.Backends.Select(b => BackendOf(b, kind))]);

    private RouteBackend BackendOf(BackendRef reference, RouteKind kind)
    {
        var service = new ServiceName(reference.Target.Namespace, reference.Target.Name);
        if (reference.Fault is { } fault)
            return Failing(reference, kind, fault);
        if (reference.Target.Is(TargetRef.PolicyGroup, "EgressNetwork"))
        {
            return network is not null && network.Name == new ResourceName(service.Namespace, service.Name)
                ? new RouteBackend(own, reference.Weight, reference.Filters)
                : Failing(reference, kind, $"EgressNetwork not found {service.Name}");
        }

        return tables.Services.Get(service) is { } found
            ? new RouteBackend(Balancer(settings, service, reference.Port ?? 0, found.Settings.Penalty), reference.Weight, reference.Filters)
            : Failing(reference, kind, $"Service not found {service.Name}");
    }

    /// <summary>A backend that takes its share of the traffic, and fails it.</summary>
    private RouteBackend Failing(BackendRef reference, RouteKind kind, string message)
    {
        RouteFilter filter = kind switch
        {
            RouteKind.Http => new RouteFilter.HttpFailure(500, message, null),
            RouteKind.Grpc => new RouteFilter.GrpcFailure(GrpcUnavailable, message, null),
            _ => new RouteFilter.Invalid(message),
        };
        return new RouteBackend(own with { Meta = Meta.Default("invalid") }, reference.Weight, [filter]);
    }

    private static RouteTimeouts Timeouts(RouteTuning tuning, PolicyRule? rule, RetryPolicy? retry)
    {
        // The time of one attempt belongs to the retries; without them the one attempt is the response.
        var response = tuning.ResponseTimeout ?? (retry is null ? rule?.BackendRequestTimeout : null);
        var timeouts = new RouteTimeouts(response, rule?.RequestTimeout ?? tuning.RequestTimeout, tuning.IdleTimeout);
        return timeouts == RouteTimeouts.None ? RouteTimeouts.None : timeouts;
    }

    private static RetryPolicy? HttpRetry(RouteTuning tuning, PolicyRule? rule) => tuning.RetryStatuses.Length == 0 ? null : new RetryPolicy
    {
        MaxRetries = tuning.RetryLimit,
        StatusRanges = [.. tuning.RetryRanges()],
        Timeout = tuning.RetryTimeout ?? rule?.BackendRequestTimeout,
        Backoff = s_retryBackoff,
    };

    private static RetryPolicy? GrpcRetry(RouteTuning tuning) => tuning.RetryCodes.Length == 0 ? null : new RetryPolicy
    {
        MaxRetries = tuning.RetryLimit,
        GrpcCodes = [.. tuning.RetryGrpcCodes()],
        Timeout = tuning.RetryTimeout,
        Backoff = s_retryBackoff,
    };
}
