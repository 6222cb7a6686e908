namespace Linkerd.Kubernetes.Models;

/// <summary>A field of the pod itself.</summary>
public sealed record ObjectFieldSelector
{
    public string? ApiVersion { get; set; }
    public string? FieldPath { get; set; }
}
