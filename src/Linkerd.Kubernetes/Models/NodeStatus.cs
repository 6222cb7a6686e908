namespace Linkerd.Kubernetes.Models;

/// <summary>What a node is.</summary>
public sealed record NodeStatus
{
    public IReadOnlyList<NodeAddress>? Addresses { get; set; }
    public IReadOnlyDictionary<string, Quantity>? Capacity { get; set; }
    public IReadOnlyDictionary<string, Quantity>? Allocatable { get; set; }
    public IReadOnlyList<Condition>? Conditions { get; set; }
    public NodeSystemInfo? NodeInfo { get; set; }
}
