namespace Linkerd.Kubernetes.Models;

/// <summary>The answer to an access review.</summary>
public sealed record SubjectAccessReviewStatus
{
    public bool? Allowed { get; set; }
    public bool? Denied { get; set; }
    public string? Reason { get; set; }
    public string? EvaluationError { get; set; }
}
