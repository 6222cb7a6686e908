using Linkerd.Model;

namespace Linkerd.Proxy.Balance;

/// <summary>Parameters of a balancer.</summary>
public sealed record HttpBalancerOptions
{
    public QueuePolicy Queue { get; init; } = QueuePolicy.Default;

    /// <summary>Default 30 ms.</summary>
    public TimeSpan DefaultRtt { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>Default 10 s.</summary>
    public TimeSpan Decay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Null never takes an endpoint out.</summary>
    public FailureAccrual? FailureAccrual { get; init; }

    /// <summary>What failures add to an endpoint's load; null adds nothing.</summary>
    public LoadPenalty? Penalty { get; init; }
}
