namespace Linkerd.Model;

/// <summary>What GetProfile tells of a destination.</summary>
public sealed record Profile
{
    public static Profile Default { get; } = new();

    public IReadOnlyList<ProfileRoute> Routes { get; init; } = [];

    public RetryBudget? RetryBudget { get; init; }

    /// <summary>Weighted destinations that replace this one; empty for none.</summary>
    public IReadOnlyList<WeightedDestination> Overrides { get; init; } = [];

    /// <summary>No protocol detection for this destination.</summary>
    public bool OpaqueProtocol { get; init; }

    /// <summary><c>service.namespace.svc.domain</c>; empty when the target is not a service.</summary>
    public string FullyQualifiedName { get; init; } = string.Empty;

    /// <summary>Set when the target is one pod or one address.</summary>
    public Endpoint? Endpoint { get; init; }

    /// <summary>The Service.</summary>
    public Meta? Parent { get; init; }

    /// <summary>The ServiceProfile.</summary>
    public Meta? Source { get; init; }
}
