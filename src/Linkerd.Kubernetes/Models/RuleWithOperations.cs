namespace Linkerd.Kubernetes.Models;

/// <summary>Which requests go to a webhook.</summary>
public sealed record RuleWithOperations
{
    public IReadOnlyList<string>? Operations { get; set; }
    public IReadOnlyList<string>? ApiGroups { get; set; }
    public IReadOnlyList<string>? ApiVersions { get; set; }
    public IReadOnlyList<string>? Resources { get; set; }
    public string? Scope { get; set; }
}
