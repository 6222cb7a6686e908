namespace Linkerd.Inject.Values;

/// <summary>The mesh identity of a meshed workload.</summary>
public sealed record MeshIdentityValues
{
    /// <summary>Its service account.</summary>
    public string ServiceAccountName { get; init; } = "";

    /// <summary>Its namespace.</summary>
    public string Namespace { get; init; } = "";
}
