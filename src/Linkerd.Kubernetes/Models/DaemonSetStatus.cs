namespace Linkerd.Kubernetes.Models;

/// <summary>How far a DaemonSet is.</summary>
public sealed record DaemonSetStatus
{
    public long? ObservedGeneration { get; set; }
    public int? CurrentNumberScheduled { get; set; }
    public int? NumberMisscheduled { get; set; }
    public int? DesiredNumberScheduled { get; set; }
    public int? NumberReady { get; set; }
    public int? UpdatedNumberScheduled { get; set; }
    public int? NumberAvailable { get; set; }
    public int? NumberUnavailable { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
