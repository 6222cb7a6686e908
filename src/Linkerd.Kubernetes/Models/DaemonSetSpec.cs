namespace Linkerd.Kubernetes.Models;

/// <summary>What a DaemonSet wants.</summary>
public sealed record DaemonSetSpec
{
    public LabelSelector? Selector { get; set; }
    public PodTemplateSpec? Template { get; set; }
    public int? MinReadySeconds { get; set; }
    public int? RevisionHistoryLimit { get; set; }
}
