namespace Linkerd.Kubernetes.Models;

/// <summary>The status of a Service.</summary>
public sealed record ServiceStatus
{
    public LoadBalancerStatus? LoadBalancer { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
