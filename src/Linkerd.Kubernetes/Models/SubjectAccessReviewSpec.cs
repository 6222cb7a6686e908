namespace Linkerd.Kubernetes.Models;

/// <summary>Who wants to do what.</summary>
public sealed record SubjectAccessReviewSpec
{
    public ResourceAttributes? ResourceAttributes { get; set; }
    public NonResourceAttributes? NonResourceAttributes { get; set; }
    public string? User { get; set; }
    public IReadOnlyList<string>? Groups { get; set; }
    public string? Uid { get; set; }
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; set; }
}
