namespace Linkerd.Kubernetes.Models;

/// <summary>One version of an API group.</summary>
public sealed record ApiGroupVersion
{
    public string? GroupVersion { get; set; }
    public string? Version { get; set; }
}
