namespace Linkerd.Kubernetes.Models;

/// <summary>A namespace.</summary>
public sealed record Namespace : KubernetesObject
{
    public NamespaceSpec? Spec { get; set; }
    public NamespaceStatus? Status { get; set; }
}
