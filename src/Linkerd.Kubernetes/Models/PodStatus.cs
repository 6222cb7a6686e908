namespace Linkerd.Kubernetes.Models;

/// <summary>What a pod is doing.</summary>
public sealed record PodStatus
{
    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string? Phase { get; set; }

    public string? Reason { get; set; }
    public string? Message { get; set; }
    public string? PodIP { get; set; }
    public IReadOnlyList<PodIP>? PodIPs { get; set; }
    public string? HostIP { get; set; }
    public DateTimeOffset? StartTime { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
    public IReadOnlyList<ContainerStatus>? ContainerStatuses { get; set; }
    public IReadOnlyList<ContainerStatus>? InitContainerStatuses { get; set; }
    public string? QosClass { get; set; }
}
