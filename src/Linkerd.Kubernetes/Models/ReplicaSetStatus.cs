namespace Linkerd.Kubernetes.Models;

/// <summary>How far a ReplicaSet is.</summary>
public sealed record ReplicaSetStatus
{
    public long? ObservedGeneration { get; set; }
    public int? Replicas { get; set; }
    public int? FullyLabeledReplicas { get; set; }
    public int? ReadyReplicas { get; set; }
    public int? AvailableReplicas { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
