using Linkerd.Model;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Route;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tap;
using Linkerd.Routing;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Outbound;

/// <summary>Compiles what policy or a service profile says of a destination into routes, for one worker.</summary>
internal sealed class RouteCompiler(OutboundStack stack, Meta parent, Func<BackendKey, BackendHandle> backends)
{
    public OutboundRoutes Http(HttpPolicy? policy, DetectedProtocol protocol)
    {
        var routes = new OutboundRoutes();
        foreach (OutboundHttpRoute route in policy?.Routes ?? [])
        {
            foreach (OutboundRule<HttpRouteMatch> rule in route.Rules)
            {
                RouteRule compiled = Rule(rule, route.Meta, policy!.FailureAccrual, protocol, stack.Runtime.Metrics.HttpRoutes);
                routes.Table.Add(route.Hosts, rule.Matches.Select(static m => new RequestMatcher(m)), compiled);
            }
        }

        return routes;
    }

    public OutboundRoutes Grpc(GrpcPolicy policy)
    {
        var routes = new OutboundRoutes();
        foreach (OutboundGrpcRoute route in policy.Routes)
        {
            foreach (OutboundRule<GrpcRouteMatch> rule in route.Rules)
            {
                RouteRule compiled = Rule(rule, route.Meta, policy.FailureAccrual, DetectedProtocol.Http2, stack.Runtime.Metrics.GrpcRoutes);
                routes.Table.Add(route.Hosts, rule.Matches.Select(static m => new RequestMatcher(m)), compiled);
            }
        }

        return routes;
    }

    /// <summary>The routes of a service profile; what matches none of them is sent on too, without retries or timeouts.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="fallback">The backend where the profile has no overrides.</param>
    /// <param name="destination">Value of the <c>dst</c> label.</param>
    /// <param name="protocol">Spoken by the client.</param>
    public OutboundRoutes Profile(Profile profile, Backend fallback, string destination, DetectedProtocol protocol)
    {
        IReadOnlyList<(Backend Backend, uint Weight)> targets = profile.Overrides.Count == 0
            ? [(fallback, 1)]
            : [.. profile.Overrides.Select(o => (Override(o, fallback), o.Weight))];
        var distribution = new RuleBackends(
            DistributionKind.RandomAvailable,
            [.. targets.Select(t => (new RuleBackend(backends(new BackendKey(parent, t.Backend, protocol, null)), RequestFilters.None), t.Weight))]);
        RetryBudget budget = profile.RetryBudget ?? RetryBudget.Default;
        RetryBudgetBucket bucket = stack.Runtime.RetryBudgets.Get((destination, budget), key => new RetryBudgetBucket(key.Budget, stack.Runtime.Config.Workers));
        Labels labels = Labels.Of("direction", "outbound").And("dst", destination);
        var routes = new OutboundRoutes();
        foreach (ProfileRoute route in profile.Routes)
        {
            if (route.Condition is not { } condition) continue;
            routes.Add(RequestCondition.Compile(condition), ProfileRule(route, ProxyLabels.ProfileRoute(labels, route), distribution, bucket));
        }

        routes.Add(null, ProfileRule(new ProfileRoute(), labels, distribution, bucket));
        return routes;
    }

    /// <summary>What policy that makes no sense becomes: every request is answered with 500.</summary>
    public static OutboundRoutes Invalid(string message)
    {
        var routes = new OutboundRoutes();
        routes.Table.Add([], [], new RouteRule { Backends = new RuleBackends(DistributionKind.Empty, []), Filters = RequestFilters.Compile([new RouteFilter.Invalid(message)]) });
        return routes;
    }

    private static Backend Override(WeightedDestination target, Backend fallback)
    {
        string authority = target.Authority.Replace(".:", ":", StringComparison.Ordinal);
        return new Backend
        {
            Meta = target.Backend ?? (HostPort.TryParse(authority, out HostPort name, 80) ? MetaOf(name) : fallback.Meta),
            Balancer = new BalancerPolicy { Destination = authority.TrimEnd('.') },
        };
    }

    private static Meta MetaOf(HostPort name)
    {
        string[] labels = name.Host.Split('.');
        return new Meta("core", "Service", labels[0]) { Namespace = labels.Length > 1 ? labels[1] : string.Empty, Port = name.Port };
    }

    private RouteRule ProfileRule(ProfileRoute route, Labels labels, RuleBackends distribution, RetryBudgetBucket bucket) => new()
    {
        Backends = distribution,
        Labels = new TapLabels([.. route.Labels]),
        Timeouts = new ExchangeTimeouts(route.Timeout ?? default, default, default, Errors.ProxyErrorKind.ProfileTimeout),
        Retry = route.IsRetryable ? new RetrySettings { MaxRetries = int.MaxValue } : null,
        Profile = new ProfileRule(
            ResponseClasses.Compile(route.ResponseClasses),
            route.IsRetryable,
            bucket,
            new ProfileRouteMetrics(stack.Runtime.Metrics.ProfileRoutes, labels, stack.Worker.Index)),
    };

    private RouteRule Rule<TMatch>(OutboundRule<TMatch> rule, Meta route, FailureAccrual? accrual, DetectedProtocol protocol, OutboundRouteFamilies families)
    {
        Labels parentLabels = ProxyLabels.Reference("parent", parent);
        Labels routeLabels = ProxyLabels.Route(route);
        var metrics = new RouteMetrics(families, parentLabels, routeLabels, stack.Runtime.Config.Outbound.HostnameLabels, stack.Worker.Index);
        return new RouteRule
        {
            Backends = Backends(rule.Backends, accrual, protocol, families, metrics),
            Filters = RequestFilters.Compile(rule.Filters),
            Timeouts = new ExchangeTimeouts(rule.Timeouts.Request ?? default, rule.Timeouts.Response ?? default, rule.Timeouts.Idle ?? default),
            Retry = RetrySettings.Compile(rule.Retry),
            AllowsOverrides = rule.AllowRequestHeaders,
            Metrics = metrics,
            Labels = new TapLabels([new("route_group", route.Group), new("route_kind", route.Kind), new("route_name", route.Name)]),
        };
    }

    private RuleBackends Backends(Distribution distribution, FailureAccrual? accrual, DetectedProtocol protocol, OutboundRouteFamilies families, RouteMetrics route)
    {
        var list = new List<(RuleBackend, uint)>();
        foreach (RouteBackend backend in distribution.Backends)
        {
            var metrics = new RouteBackendMetrics(families, route.Labels.And(ProxyLabels.Reference("backend", backend.Backend.Meta)), stack.Worker.Index);
            BackendHandle handle = backends(new BackendKey(parent, backend.Backend, protocol, accrual));
            list.Add((new RuleBackend(handle, RequestFilters.Compile(backend.Filters), metrics, new BodyFrames(route.Frames, metrics.Frames, stack.Worker.Index)), backend.Weight));
        }

        return new RuleBackends(distribution.Kind, list);
    }
}
