namespace Linkerd.Kubernetes.Models;

/// <summary>Registers an aggregated API.</summary>
public sealed record ApiService : KubernetesObject
{
    public ApiServiceSpec? Spec { get; set; }
    public ApiServiceStatus? Status { get; set; }
}
