namespace Linkerd.Kubernetes.Models;

/// <summary>Not started yet.</summary>
public sealed record ContainerStateWaiting
{
    public string? Reason { get; set; }
    public string? Message { get; set; }
}
