namespace Linkerd.Kubernetes.Models;

/// <summary>A name and virtual address for a set of pods.</summary>
public sealed record Service : KubernetesObject
{
    public ServiceSpec? Spec { get; set; }
    public ServiceStatus? Status { get; set; }
}
