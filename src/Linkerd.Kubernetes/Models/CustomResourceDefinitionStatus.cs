namespace Linkerd.Kubernetes.Models;

/// <summary>Whether a custom resource is served.</summary>
public sealed record CustomResourceDefinitionStatus
{
    public IReadOnlyList<Condition>? Conditions { get; set; }
    public CustomResourceDefinitionNames? AcceptedNames { get; set; }
    public IReadOnlyList<string>? StoredVersions { get; set; }
}
