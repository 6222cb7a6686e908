namespace Linkerd.Kubernetes.Models;

/// <summary>What a Deployment wants.</summary>
public sealed record DeploymentSpec
{
    public int? Replicas { get; set; }
    public LabelSelector? Selector { get; set; }
    public PodTemplateSpec? Template { get; set; }
    public DeploymentStrategy? Strategy { get; set; }
    public int? MinReadySeconds { get; set; }
    public int? RevisionHistoryLimit { get; set; }
    public int? ProgressDeadlineSeconds { get; set; }
    public bool? Paused { get; set; }
}
