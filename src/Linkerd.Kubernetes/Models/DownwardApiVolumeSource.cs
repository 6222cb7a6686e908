namespace Linkerd.Kubernetes.Models;

/// <summary>Fields of the pod as files.</summary>
public sealed record DownwardApiVolumeSource
{
    public IReadOnlyList<DownwardApiVolumeFile>? Items { get; set; }
    public int? DefaultMode { get; set; }
}
