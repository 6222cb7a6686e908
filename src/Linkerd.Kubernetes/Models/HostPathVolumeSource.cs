namespace Linkerd.Kubernetes.Models;

/// <summary>A path of the node.</summary>
public sealed record HostPathVolumeSource
{
    public string? Path { get; set; }
    public string? Type { get; set; }
}
