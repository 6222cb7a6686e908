namespace Linkerd.Kubernetes.Models;

/// <summary>How far a Job is.</summary>
public sealed record JobStatus
{
    public int? Active { get; set; }
    public int? Succeeded { get; set; }
    public int? Failed { get; set; }
    public DateTimeOffset? StartTime { get; set; }
    public DateTimeOffset? CompletionTime { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
