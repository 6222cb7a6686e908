namespace Linkerd.Kubernetes.Models;

/// <summary>Bounds of a rolling update.</summary>
public sealed record RollingUpdateDeployment
{
    public IntOrString? MaxUnavailable { get; set; }
    public IntOrString? MaxSurge { get; set; }
}
