namespace Linkerd.Kubernetes.Models;

/// <summary>Asks whose token this is.</summary>
public sealed record TokenReview : KubernetesObject
{
    public TokenReviewSpec? Spec { get; set; }
    public TokenReviewStatus? Status { get; set; }
}
