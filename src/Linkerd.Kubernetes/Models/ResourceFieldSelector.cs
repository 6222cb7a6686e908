namespace Linkerd.Kubernetes.Models;

/// <summary>A resource amount of a container.</summary>
public sealed record ResourceFieldSelector
{
    public string? ContainerName { get; set; }
    public string? Resource { get; set; }
    public Quantity? Divisor { get; set; }
}
