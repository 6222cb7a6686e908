namespace Linkerd.Kubernetes.Models;

/// <summary>Jobs on a schedule.</summary>
public sealed record CronJob : KubernetesObject
{
    public CronJobSpec? Spec { get; set; }
    public CronJobStatus? Status { get; set; }
}
