namespace Linkerd.Kubernetes.Models;

/// <summary>The resources of one group version.</summary>
public sealed record ApiResourceList
{
    public string? GroupVersion { get; set; }
    public IReadOnlyList<ApiResource>? Resources { get; set; }
}
