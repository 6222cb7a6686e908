using System.Net;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Authorize;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Routing;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Inbound;

/// <summary>
/// Decides about the requests of one connection under the policy of the moment: route, authorise, filter, limit. Decisions are kept per route until
/// the policy changes, so that a request allocates nothing.
/// </summary>
internal sealed class InboundGate
{
    private readonly ProxyMetrics _metrics;
    private readonly int _worker;
    private readonly Logger _log;
    private readonly int _port;
    private readonly HttpPeer _peer;
    private readonly IExchangeObserver? _after;
    private readonly IPAddress _client;
    private readonly RateLimitClient _limited;
    private readonly List<InboundPermit> _permits = [];
    private InboundPolicy? _counted;
    private Counter? _notFound;
    private Counter? _limitedInTotal;
    private Counter? _limitedByIdentity;

    /// <param name="metrics">Where decisions are counted.</param>
    /// <param name="worker">Index of the worker's cells.</param>
    /// <param name="log">Where audited and denied requests are logged.</param>
    /// <param name="port">The port that the policy is of.</param>
    /// <param name="peer">The client.</param>
    /// <param name="after">Hears of the end of every request that passed; null for nobody.</param>
    public InboundGate(ProxyMetrics metrics, int worker, Logger log, int port, HttpPeer peer, IExchangeObserver? after)
    {
        _metrics = metrics;
        _worker = worker;
        _log = log;
        _port = port;
        _peer = peer;
        _after = after;
        _client = peer.Accepted.Client.Unmap().ToIPAddress();
        _limited = new RateLimitClient(peer.Tls.Client?.Name);
    }

    /// <summary>Authorities that requests are counted by; null when they are not.</summary>
    public AuthorityNames? Authorities { get; init; }

    /// <summary>The permit that the request goes on under; null with the answer to give instead. <paramref name="now"/> is in the loop's nanoseconds.</summary>
    public InboundPermit? Pass(InboundPolicy policy, HeaderBlock request, long now, out ProxyError refusal)
    {
        refusal = policy.Fault;
        if (!refusal.IsNone) return null;
        if (policy.Routes.Find(request, out RequestMatcher? matched) is not { } route)
        {
            refusal = ProxyError.Of(ProxyErrorKind.RouteNotFound);
            Counted(policy);
            (_notFound ??= _metrics.HttpRouteNotFound.With(Labels(policy))).For(_worker).Increment();
            return null;
        }

        InboundPermit permit = PermitFor(policy, route);
        permit.OnDecided(_log);
        if (!permit.IsAllowed)
        {
            refusal = ProxyError.Of(ProxyErrorKind.Unauthorized);
            return null;
        }

        if (!route.Filters.TryPass(request, matched, out refusal)) return null;
        if (policy.RateLimit is not { } limiter || limiter.TryTake(_limited, now, out RateLimitScope scope, out refusal)) return permit;
        OnLimited(policy, limiter, scope);
        return null;
    }

    private void OnLimited(InboundPolicy policy, LocalRateLimiter limiter, RateLimitScope scope)
    {
        Counted(policy);
        if (scope == RateLimitScope.Total) (_limitedInTotal ??= Limited(policy, limiter, "total")).For(_worker).Increment();
        else (_limitedByIdentity ??= Limited(policy, limiter, "identity")).For(_worker).Increment();
    }

    private Counter Limited(InboundPolicy policy, LocalRateLimiter limiter, string scope) => _metrics.InboundRoutes.RateLimited.With(
        ProxyLabels.Target(_peer.Accepted.OriginalDestination)
            .And(ProxyLabels.Server(policy.Server.Meta, _port))
            .And(ProxyLabels.Resource("ratelimit", limiter.Meta))
            .And("ratelimit_scope", scope)
            .And(ProxyLabels.Tls(_peer.Tls)));

    private Labels Labels(InboundPolicy policy) => ProxyLabels.Target(_peer.Accepted.OriginalDestination).And(ProxyLabels.Server(policy.Server.Meta, _port)).And(ProxyLabels.Tls(_peer.Tls));

    // A policy may have another name than the one before.
    private void Counted(InboundPolicy policy)
    {
        if (_counted == policy) return;
        _counted = policy;
        _notFound = _limitedInTotal = _limitedByIdentity = null;
    }

    private InboundPermit PermitFor(InboundPolicy policy, InboundRoute route)
    {
        for (int i = 0; i < _permits.Count; i++)
        {
            InboundPermit known = _permits[i];
            if (known.Policy == policy && known.Route == route) return known;
        }

        return Decide(policy, route);
    }

    // Apart from the search above, whose every call would else pay for the closure.
    private InboundPermit Decide(InboundPolicy policy, InboundRoute route)
    {
        // A new policy makes the old decisions worthless.
        _permits.RemoveAll(p => p.Policy != policy);
        Meta? authorization = Authorizer.Check(policy.Server, route.Authorizations, _client, _peer.Tls);
        var made = new InboundPermit(_metrics, _worker, _port, policy, route, authorization, _peer, _after) { Authorities = Authorities };
        _permits.Add(made);
        return made;
    }
}
