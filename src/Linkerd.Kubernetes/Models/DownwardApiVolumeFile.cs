namespace Linkerd.Kubernetes.Models;

/// <summary>One field of the pod as a file.</summary>
public sealed record DownwardApiVolumeFile
{
    public string? Path { get; set; }
    public ObjectFieldSelector? FieldRef { get; set; }
    public ResourceFieldSelector? ResourceFieldRef { get; set; }
    public int? Mode { get; set; }
}
