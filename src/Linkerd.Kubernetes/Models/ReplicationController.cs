namespace Linkerd.Kubernetes.Models;

/// <summary>The predecessor of ReplicaSet.</summary>
public sealed record ReplicationController : KubernetesObject
{
    public ReplicationControllerSpec? Spec { get; set; }
    public ReplicaSetStatus? Status { get; set; }
}
