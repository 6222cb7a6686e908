namespace Linkerd.Kubernetes.Models;

/// <summary>Selects objects by labels; both parts must hold.</summary>
public sealed record LabelSelector
{
    /// <summary>Labels that must be equal.</summary>
    public IReadOnlyDictionary<string, string>? MatchLabels { get; set; }

    /// <summary>Expressions that must all hold.</summary>
    public IReadOnlyList<LabelSelectorRequirement>? MatchExpressions { get; set; }
}
