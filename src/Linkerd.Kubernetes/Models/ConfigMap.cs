namespace Linkerd.Kubernetes.Models;

/// <summary>Small configuration data.</summary>
public sealed record ConfigMap : KubernetesObject
{
    public IReadOnlyDictionary<string, string>? Data { get; set; }
    public IReadOnlyDictionary<string, byte[]>? BinaryData { get; set; }
    public bool? Immutable { get; set; }
}
