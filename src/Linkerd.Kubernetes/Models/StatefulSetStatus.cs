namespace Linkerd.Kubernetes.Models;

/// <summary>How far a StatefulSet is.</summary>
public sealed record StatefulSetStatus
{
    public long? ObservedGeneration { get; set; }
    public int? Replicas { get; set; }
    public int? ReadyReplicas { get; set; }
    public int? CurrentReplicas { get; set; }
    public int? UpdatedReplicas { get; set; }
    public string? CurrentRevision { get; set; }
    public string? UpdateRevision { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
