namespace Linkerd.Kubernetes.Models;

/// <summary>Keeps a number of equal pods.</summary>
public sealed record ReplicaSet : KubernetesObject
{
    public ReplicaSetSpec? Spec { get; set; }
    public ReplicaSetStatus? Status { get; set; }
}
