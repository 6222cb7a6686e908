namespace Linkerd.Kubernetes.Models;

/// <summary>One source of a projected volume.</summary>
public sealed record VolumeProjection
{
    public ServiceAccountTokenProjection? ServiceAccountToken { get; set; }
    public ConfigMapProjection? ConfigMap { get; set; }
    public ConfigMapProjection? Secret { get; set; }
    public DownwardApiVolumeSource? DownwardAPI { get; set; }
}
