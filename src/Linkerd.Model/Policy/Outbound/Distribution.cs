namespace Linkerd.Model;

/// <summary>Backends and how one of them is chosen.</summary>
public sealed record Distribution(DistributionKind Kind, IReadOnlyList<RouteBackend> Backends)
{
    public static Distribution Empty { get; } = new(DistributionKind.Empty, []);

    /// <summary>A single backend.</summary>
    public static Distribution To(Backend backend) => new(DistributionKind.FirstAvailable, [new RouteBackend(backend, 1, [])]);
}
