namespace Linkerd.Kubernetes.Models;

/// <summary>One address of a load balancer.</summary>
public sealed record LoadBalancerIngress
{
    public string? Ip { get; set; }
    public string? Hostname { get; set; }
}
