namespace Linkerd.Kubernetes.Models;

/// <summary>Asks for a token of a service account.</summary>
public sealed record TokenRequest : KubernetesObject
{
    public TokenRequestSpec? Spec { get; set; }
    public TokenRequestStatus? Status { get; set; }
}
