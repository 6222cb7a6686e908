namespace Linkerd.Kubernetes.Models;

/// <summary>What a StatefulSet wants.</summary>
public sealed record StatefulSetSpec
{
    public int? Replicas { get; set; }
    public LabelSelector? Selector { get; set; }
    public PodTemplateSpec? Template { get; set; }
    public string? ServiceName { get; set; }
    public string? PodManagementPolicy { get; set; }
    public int? RevisionHistoryLimit { get; set; }
}
