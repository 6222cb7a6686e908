namespace Linkerd.Kubernetes.Models;

/// <summary>What is wanted of a namespace.</summary>
public sealed record NamespaceSpec
{
    public IReadOnlyList<string>? Finalizers { get; set; }
}
