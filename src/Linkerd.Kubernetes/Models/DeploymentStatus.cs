namespace Linkerd.Kubernetes.Models;

/// <summary>How far a Deployment is.</summary>
public sealed record DeploymentStatus
{
    public long? ObservedGeneration { get; set; }
    public int? Replicas { get; set; }
    public int? UpdatedReplicas { get; set; }
    public int? ReadyReplicas { get; set; }
    public int? AvailableReplicas { get; set; }
    public int? UnavailableReplicas { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
