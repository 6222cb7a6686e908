namespace Linkerd.Kubernetes.Models;

/// <summary>Pods with stable names.</summary>
public sealed record StatefulSet : KubernetesObject
{
    public StatefulSetSpec? Spec { get; set; }
    public StatefulSetStatus? Status { get; set; }
}
