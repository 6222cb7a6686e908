namespace Linkerd.Kubernetes.Models;

/// <summary>A reference to an object that owns this one, in the same namespace or cluster-scoped.</summary>
public sealed record OwnerReference
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public string? Name { get; set; }
    public string? Uid { get; set; }

    /// <summary>True for the one owner that manages the object.</summary>
    public bool? Controller { get; set; }

    public bool? BlockOwnerDeletion { get; set; }
}
