namespace Linkerd.Kubernetes.Models;

/// <summary>The template of a workload's pods.</summary>
public sealed record PodTemplateSpec
{
    public ObjectMeta? Metadata { get; set; }
    public PodSpec? Spec { get; set; }
}
