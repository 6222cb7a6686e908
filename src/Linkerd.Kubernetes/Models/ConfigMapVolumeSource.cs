namespace Linkerd.Kubernetes.Models;

/// <summary>The keys of a ConfigMap as files.</summary>
public sealed record ConfigMapVolumeSource
{
    public string? Name { get; set; }
    public IReadOnlyList<KeyToPath>? Items { get; set; }
    public int? DefaultMode { get; set; }
    public bool? Optional { get; set; }
}
