namespace Linkerd.Kubernetes.Models;

/// <summary>What a Job wants.</summary>
public sealed record JobSpec
{
    public int? Parallelism { get; set; }
    public int? Completions { get; set; }
    public int? BackoffLimit { get; set; }
    public long? ActiveDeadlineSeconds { get; set; }
    public int? TtlSecondsAfterFinished { get; set; }
    public LabelSelector? Selector { get; set; }
    public bool? ManualSelector { get; set; }
    public PodTemplateSpec? Template { get; set; }
}
