namespace Linkerd.Kubernetes.Models;

/// <summary>A volume from a claim.</summary>
public sealed record PersistentVolumeClaimVolumeSource
{
    public string? ClaimName { get; set; }
    public bool? ReadOnly { get; set; }
}
