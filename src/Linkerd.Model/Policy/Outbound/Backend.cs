namespace Linkerd.Model;

/// <summary>Where traffic goes: to one address, or to a balancer over what a destination resolves to.</summary>
public sealed record Backend
{
    public required Meta Meta { get; init; }

    /// <summary>One address; null when <see cref="Balancer"/> is set.</summary>
    public Endpoint? Forward { get; init; }

    public BalancerPolicy? Balancer { get; init; }

    public QueuePolicy Queue { get; init; } = QueuePolicy.Default;
}
