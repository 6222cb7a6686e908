namespace Linkerd.Kubernetes.Models;

/// <summary>A condition that must be true before the pod is ready.</summary>
public sealed record PodReadinessGate
{
    public string? ConditionType { get; set; }
}
