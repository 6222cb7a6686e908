namespace Linkerd.Kubernetes.Models;

/// <summary>Ended.</summary>
public sealed record ContainerStateTerminated
{
    public int? ExitCode { get; set; }
    public int? Signal { get; set; }
    public string? Reason { get; set; }
    public string? Message { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
}
