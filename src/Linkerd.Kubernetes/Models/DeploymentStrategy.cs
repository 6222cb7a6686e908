namespace Linkerd.Kubernetes.Models;

/// <summary>How pods are replaced.</summary>
public sealed record DeploymentStrategy
{
    public string? Type { get; set; }
    public RollingUpdateDeployment? RollingUpdate { get; set; }
}
