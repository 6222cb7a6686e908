namespace Linkerd.Kubernetes.Models;

/// <summary>What is wanted of a node.</summary>
public sealed record NodeSpec
{
    public string? PodCIDR { get; set; }
    public IReadOnlyList<string>? PodCIDRs { get; set; }
    public string? ProviderID { get; set; }
    public bool? Unschedulable { get; set; }
    public IReadOnlyList<Taint>? Taints { get; set; }
}
