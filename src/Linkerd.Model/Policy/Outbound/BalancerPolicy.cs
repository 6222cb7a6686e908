namespace Linkerd.Model;

/// <summary>A balancer by peak-EWMA latency over the endpoints of a destination.</summary>
public sealed record BalancerPolicy
{
    /// <summary>What Destination.Get is asked for: <c>host:port</c>.</summary>
    public required string Destination { get; init; }

    /// <summary>Latency assumed of an endpoint not yet used; 30 ms by default.</summary>
    public TimeSpan DefaultRtt { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>10 s by default.</summary>
    public TimeSpan Decay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Set when failures are penalised.</summary>
    public LoadPenalty? Penalty { get; init; }
}
