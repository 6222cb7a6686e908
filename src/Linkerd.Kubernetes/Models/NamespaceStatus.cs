namespace Linkerd.Kubernetes.Models;

/// <summary>The phase of a namespace.</summary>
public sealed record NamespaceStatus
{
    public string? Phase { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
