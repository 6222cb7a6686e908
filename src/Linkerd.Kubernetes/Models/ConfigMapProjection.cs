namespace Linkerd.Kubernetes.Models;

/// <summary>Keys of a ConfigMap or Secret inside a projected volume.</summary>
public sealed record ConfigMapProjection
{
    public string? Name { get; set; }
    public IReadOnlyList<KeyToPath>? Items { get; set; }
    public bool? Optional { get; set; }
}
