namespace Linkerd.Model;

/// <summary>One way for a call to match a gRPC rule: all given parts must match.</summary>
public sealed record GrpcRouteMatch
{
    /// <summary>Full service name; null for any.</summary>
    public string? Service { get; init; }

    /// <summary>Null for any.</summary>
    public string? Method { get; init; }

    public IReadOnlyList<NamedMatch> Headers { get; init; } = [];
}
