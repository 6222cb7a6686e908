namespace Linkerd.Kubernetes.Models;

/// <summary>An API group and its versions.</summary>
public sealed record ApiGroup
{
    public string? Name { get; set; }
    public IReadOnlyList<ApiGroupVersion>? Versions { get; set; }
    public ApiGroupVersion? PreferredVersion { get; set; }
}
