namespace Linkerd.Kubernetes.Models;

/// <summary>One writer's share in an object.</summary>
public sealed record ManagedFieldsEntry
{
    /// <summary>When it wrote last.</summary>
    public DateTimeOffset? Time { get; set; }
}
