namespace Linkerd.Kubernetes.Models;

/// <summary>Asks whether a user may do something.</summary>
public sealed record SubjectAccessReview : KubernetesObject
{
    public SubjectAccessReviewSpec? Spec { get; set; }
    public SubjectAccessReviewStatus? Status { get; set; }
}
