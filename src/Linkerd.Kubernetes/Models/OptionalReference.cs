namespace Linkerd.Kubernetes.Models;

/// <summary>A ConfigMap or Secret by name, which may be allowed to be absent.</summary>
public sealed record OptionalReference
{
    public string? Name { get; set; }
    public bool? Optional { get; set; }
}
