namespace Linkerd.Kubernetes.Models;

/// <summary>A replicated application with rolling updates.</summary>
public sealed record Deployment : KubernetesObject
{
    public DeploymentSpec? Spec { get; set; }
    public DeploymentStatus? Status { get; set; }
}
