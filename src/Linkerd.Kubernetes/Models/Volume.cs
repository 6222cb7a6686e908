namespace Linkerd.Kubernetes.Models;

/// <summary>A volume of a pod.</summary>
public sealed record Volume
{
    public string? Name { get; set; }
    public EmptyDirVolumeSource? EmptyDir { get; set; }
    public HostPathVolumeSource? HostPath { get; set; }
    public ConfigMapVolumeSource? ConfigMap { get; set; }
    public SecretVolumeSource? Secret { get; set; }
    public DownwardApiVolumeSource? DownwardAPI { get; set; }
    public ProjectedVolumeSource? Projected { get; set; }
    public PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; set; }
}
