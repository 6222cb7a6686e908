using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Route;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tap;

namespace Linkerd.Proxy.Outbound;

/// <summary>One rule of a route, compiled: what is done with the requests that match it. Belongs to one worker; replaced whole by the next snapshot.</summary>
internal sealed class RouteRule
{
    public required RuleBackends Backends { get; init; }

    public RequestFilters Filters { get; init; } = RequestFilters.None;

    public ExchangeTimeouts Timeouts { get; init; }

    /// <summary>Null when requests are never sent again.</summary>
    public RetrySettings? Retry { get; init; }

    /// <summary>Clients may override by <c>l5d-</c> headers.</summary>
    public bool AllowsOverrides { get; init; }

    /// <summary>Null where none are kept, as for service profiles.</summary>
    public RouteMetrics? Metrics { get; init; }

    /// <summary>Names the route for taps; null for none.</summary>
    public TapLabels? Labels { get; init; }

    /// <summary>Set when the rule is a service profile's.</summary>
    public ProfileRule? Profile { get; init; }
}
