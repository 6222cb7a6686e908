namespace Linkerd.Kubernetes.Models;

/// <summary>Whether an aggregated API is available.</summary>
public sealed record ApiServiceStatus
{
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
