namespace Linkerd.Stats.Reports;

/// <summary>What became of requests.</summary>
/// <param name="Stats">Counts and latencies. A failure is a status of 500 and above, a gRPC status other than OK, or an error of the proxy.</param>
/// <param name="TimedOut">How many of the failures are timeouts.</param>
public sealed record OutboundTraffic(TrafficStats Stats, double TimedOut)
{
    /// <summary>Share of requests that timed out, 0 to 1; null without requests.</summary>
    public double? Timeouts => Stats.Total > 0 ? TimedOut / Stats.Total : null;
}
