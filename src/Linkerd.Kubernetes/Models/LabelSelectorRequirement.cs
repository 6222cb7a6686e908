namespace Linkerd.Kubernetes.Models;

/// <summary>One expression of a label selector.</summary>
public sealed record LabelSelectorRequirement
{
    public string? Key { get; set; }

    /// <summary><c>In</c>, <c>NotIn</c>, <c>Exists</c> or <c>DoesNotExist</c>.</summary>
    public string? Operator { get; set; }

    public IReadOnlyList<string>? Values { get; set; }
}
