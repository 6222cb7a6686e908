namespace Linkerd.Kubernetes.Models;

/// <summary>What a CronJob did last.</summary>
public sealed record CronJobStatus
{
    public IReadOnlyList<ObjectReference>? Active { get; set; }
    public DateTimeOffset? LastScheduleTime { get; set; }
    public DateTimeOffset? LastSuccessfulTime { get; set; }
}
