namespace Linkerd.Kubernetes.Models;

/// <summary>Where a volume appears in a container.</summary>
public sealed record VolumeMount
{
    public string? Name { get; set; }
    public string? MountPath { get; set; }
    public bool? ReadOnly { get; set; }
    public string? SubPath { get; set; }
    public string? SubPathExpr { get; set; }
    public string? MountPropagation { get; set; }
}
