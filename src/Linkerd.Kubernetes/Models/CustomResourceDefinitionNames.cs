namespace Linkerd.Kubernetes.Models;

/// <summary>Names of a custom resource.</summary>
public sealed record CustomResourceDefinitionNames
{
    public string? Plural { get; set; }
    public string? Singular { get; set; }
    public string? Kind { get; set; }
    public string? ListKind { get; set; }
    public IReadOnlyList<string>? ShortNames { get; set; }
    public IReadOnlyList<string>? Categories { get; set; }
}
