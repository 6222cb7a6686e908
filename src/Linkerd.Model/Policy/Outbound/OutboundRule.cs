namespace Linkerd.Model;

/// <summary>Matches of which one suffices (none: everything), and where and how what matches is sent.</summary>
public sealed record OutboundRule<TMatch>
{
    public IReadOnlyList<TMatch> Matches { get; init; } = [];

    public IReadOnlyList<RouteFilter> Filters { get; init; } = [];

    public required Distribution Backends { get; init; }

    public RouteTimeouts Timeouts { get; init; } = RouteTimeouts.None;

    public RetryPolicy? Retry { get; init; }

    /// <summary>Whether clients may override by <c>l5d-retry-*</c> and <c>l5d-timeout</c> headers.</summary>
    public bool AllowRequestHeaders { get; init; }
}
