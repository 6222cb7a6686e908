namespace Linkerd.Kubernetes.Models;

/// <summary>A key of a ConfigMap or Secret.</summary>
public sealed record KeySelector
{
    public string? Name { get; set; }
    public string? Key { get; set; }
    public bool? Optional { get; set; }
}
