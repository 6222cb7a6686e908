namespace Linkerd.Kubernetes.Models;

/// <summary>Addresses that a load balancer gave.</summary>
public sealed record LoadBalancerStatus
{
    public IReadOnlyList<LoadBalancerIngress>? Ingress { get; set; }
}
