namespace Linkerd.Kubernetes.Models;

/// <summary>Pods that run to completion.</summary>
public sealed record Job : KubernetesObject
{
    public JobSpec? Spec { get; set; }
    public JobStatus? Status { get; set; }
}
