namespace Linkerd.Kubernetes.Models;

/// <summary>An address of a node.</summary>
public sealed record NodeAddress
{
    public string? Type { get; set; }
    public string? Address { get; set; }
}
