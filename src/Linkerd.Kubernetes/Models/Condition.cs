namespace Linkerd.Kubernetes.Models;

/// <summary>A condition of an object's status.</summary>
public sealed record Condition
{
    public string? Type { get; set; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string? Status { get; set; }

    public string? Reason { get; set; }
    public string? Message { get; set; }
    public DateTimeOffset? LastTransitionTime { get; set; }
    public long? ObservedGeneration { get; set; }
}
