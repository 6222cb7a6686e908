namespace Linkerd.Kubernetes.Models;

/// <summary>Registers webhooks that may change objects.</summary>
public sealed record MutatingWebhookConfiguration : KubernetesObject
{
    public IReadOnlyList<AdmissionWebhook>? Webhooks { get; set; }
}
