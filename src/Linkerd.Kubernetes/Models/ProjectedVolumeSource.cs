namespace Linkerd.Kubernetes.Models;

/// <summary>Several sources in one folder.</summary>
public sealed record ProjectedVolumeSource
{
    public IReadOnlyList<VolumeProjection>? Sources { get; set; }
    public int? DefaultMode { get; set; }
}
