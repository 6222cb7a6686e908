namespace Linkerd.Kubernetes.Models;

/// <summary>A lock with an expiry, for leader election.</summary>
public sealed record Lease : KubernetesObject
{
    public LeaseSpec? Spec { get; set; }
}
