namespace Linkerd.Kubernetes.Models;

/// <summary>Actions at the start and before the end of a container.</summary>
public sealed record Lifecycle
{
    public LifecycleHandler? PostStart { get; set; }
    public LifecycleHandler? PreStop { get; set; }
}
