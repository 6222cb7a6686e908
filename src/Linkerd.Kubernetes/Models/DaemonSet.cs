namespace Linkerd.Kubernetes.Models;

/// <summary>A pod on every node.</summary>
public sealed record DaemonSet : KubernetesObject
{
    public DaemonSetSpec? Spec { get; set; }
    public DaemonSetStatus? Status { get; set; }
}
