namespace Linkerd.Kubernetes.Models;

/// <summary>Group, version and kind of an object.</summary>
public sealed record GroupVersionKind
{
    public string? Group { get; set; }
    public string? Version { get; set; }
    public string? Kind { get; set; }
}
