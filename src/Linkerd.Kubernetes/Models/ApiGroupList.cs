namespace Linkerd.Kubernetes.Models;

/// <summary>The API groups of a server.</summary>
public sealed record ApiGroupList
{
    public IReadOnlyList<ApiGroup>? Groups { get; set; }
}
