using Linkerd.Http;
using Linkerd.Routing;

namespace Linkerd.Proxy.Outbound;

/// <summary>The compiled routes of one destination and protocol: those of policy, or those of a service profile.</summary>
internal sealed class OutboundRoutes
{
    private readonly List<(RequestCondition? Condition, RouteRule Rule)> _profile = [];

    /// <summary>Routes of policy.</summary>
    public RouteTable<RouteRule> Table { get; } = new();

    /// <summary>Adds a route of a profile: the first that matches wins. A null condition matches everything.</summary>
    public void Add(RequestCondition? condition, RouteRule rule) => _profile.Add((condition, rule));

    /// <summary>The rule for a request, and the match that led to it; null when there is none.</summary>
    public RouteRule? Find(HeaderBlock request, out RequestMatcher? matched)
    {
        if (_profile.Count == 0) return Table.Find(request, out matched);
        matched = null;
        foreach ((RequestCondition? condition, RouteRule rule) in _profile)
        {
            if (condition is null || condition.IsMatch(request)) return rule;
        }

        return null;
    }
}
