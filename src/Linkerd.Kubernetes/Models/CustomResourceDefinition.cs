namespace Linkerd.Kubernetes.Models;

/// <summary>Defines a custom resource.</summary>
public sealed record CustomResourceDefinition : KubernetesObject
{
    public CustomResourceDefinitionSpec? Spec { get; set; }
    public CustomResourceDefinitionStatus? Status { get; set; }
}
