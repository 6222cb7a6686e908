using Linkerd.Model;
using Linkerd.Proxy.Authorize;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Route;
using Linkerd.Routing;

namespace Linkerd.Proxy.Inbound;

/// <summary>The policy of a port, compiled once for all workers. Immutable but for what the rate limit has counted.</summary>
public sealed class InboundPolicy
{
    private InboundPolicy(ServerPolicy server, RouteTable<InboundRoute> routes, LocalRateLimiter? rateLimit)
    {
        Server = server;
        Routes = routes;
        RateLimit = rateLimit;
        Fault = server.Fault is { } reason ? new ProxyError(ProxyErrorKind.InvalidPolicy, $"invalid server policy: {reason}") : default;
    }

    public ServerPolicy Server { get; }

    public LocalRateLimiter? RateLimit { get; }

    /// <summary>What every request gets under a policy that makes no sense; none under any other.</summary>
    public ProxyError Fault { get; }

    /// <summary>The port speaks gRPC by policy: requests are counted as such.</summary>
    public bool IsGrpc => Server.Protocol == ServerProtocol.Grpc;

    internal RouteTable<InboundRoute> Routes { get; }

    /// <summary>Compiles a policy; one that cannot be compiled becomes one that refuses everything. What <paramref name="current"/> has counted goes on where the rate limit is the same.</summary>
    public static InboundPolicy Compile(ServerPolicy policy, InboundPolicy? current = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        try
        {
            return new InboundPolicy(policy, Table(policy), LocalRateLimiter.For(policy.RateLimit, current?.RateLimit));
        }
        catch (ArgumentException exception)
        {
            // Such as a regular expression that is none.
            return new InboundPolicy(ServerPolicy.Invalid(exception.Message, policy.DetectTimeout), new RouteTable<InboundRoute>(), null);
        }
    }

    private static RouteTable<InboundRoute> Table(ServerPolicy policy)
    {
        var table = new RouteTable<InboundRoute>();
        foreach (InboundHttpRoute route in policy.HttpRoutes)
        {
            foreach (HttpRule rule in route.Rules)
                table.Add(route.Hosts, rule.Matches.Select(static m => new RequestMatcher(m)), new InboundRoute(route.Meta, route.Authorizations, RequestFilters.Compile(rule.Filters)));
        }

        foreach (InboundGrpcRoute route in policy.GrpcRoutes)
        {
            foreach (GrpcRule rule in route.Rules)
                table.Add(route.Hosts, rule.Matches.Select(static m => new RequestMatcher(m)), new InboundRoute(route.Meta, route.Authorizations, RequestFilters.Compile(rule.Filters)));
        }

        return table;
    }
}
