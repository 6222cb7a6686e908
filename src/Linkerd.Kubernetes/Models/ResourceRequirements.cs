namespace Linkerd.Kubernetes.Models;

/// <summary>What a container needs and may use.</summary>
public sealed record ResourceRequirements
{
    public IReadOnlyDictionary<string, Quantity>? Limits { get; set; }
    public IReadOnlyDictionary<string, Quantity>? Requests { get; set; }
}
