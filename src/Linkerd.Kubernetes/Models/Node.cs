namespace Linkerd.Kubernetes.Models;

/// <summary>A machine of the cluster.</summary>
public sealed record Node : KubernetesObject
{
    public NodeSpec? Spec { get; set; }
    public NodeStatus? Status { get; set; }
}
