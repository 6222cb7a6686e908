namespace Linkerd.Kubernetes.Models;

/// <summary>A pod: containers that share a network namespace.</summary>
public sealed record Pod : KubernetesObject
{
    public PodSpec? Spec { get; set; }
    public PodStatus? Status { get; set; }
}
