namespace Linkerd.Kubernetes.Models;

/// <summary>Small confidential data.</summary>
public sealed record Secret : KubernetesObject
{
    public string? Type { get; set; }

    /// <summary>Values, base64 on the wire.</summary>
    public IReadOnlyDictionary<string, byte[]>? Data { get; set; }

    public IReadOnlyDictionary<string, string>? StringData { get; set; }
    public bool? Immutable { get; set; }
}
