namespace Linkerd.Kubernetes.Models;

/// <summary>A folder that lives as long as the pod.</summary>
public sealed record EmptyDirVolumeSource
{
    public string? Medium { get; set; }
    public Quantity? SizeLimit { get; set; }
}
