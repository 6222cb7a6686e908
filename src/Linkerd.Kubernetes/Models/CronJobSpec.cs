namespace Linkerd.Kubernetes.Models;

/// <summary>What a CronJob wants.</summary>
public sealed record CronJobSpec
{
    public string? Schedule { get; set; }
    public string? TimeZone { get; set; }
    public long? StartingDeadlineSeconds { get; set; }
    public string? ConcurrencyPolicy { get; set; }
    public bool? Suspend { get; set; }
    public JobTemplateSpec? JobTemplate { get; set; }
    public int? SuccessfulJobsHistoryLimit { get; set; }
    public int? FailedJobsHistoryLimit { get; set; }
}
