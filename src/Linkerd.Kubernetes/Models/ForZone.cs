namespace Linkerd.Kubernetes.Models;

/// <summary>A zone that an endpoint should be used from.</summary>
public sealed record ForZone
{
    public string? Name { get; set; }
}
