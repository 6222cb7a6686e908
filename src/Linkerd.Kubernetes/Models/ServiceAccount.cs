namespace Linkerd.Kubernetes.Models;

/// <summary>An identity for pods.</summary>
public sealed record ServiceAccount : KubernetesObject
{
    public IReadOnlyList<ObjectReference>? Secrets { get; set; }
    public IReadOnlyList<LocalObjectReference>? ImagePullSecrets { get; set; }
    public bool? AutomountServiceAccountToken { get; set; }
}
