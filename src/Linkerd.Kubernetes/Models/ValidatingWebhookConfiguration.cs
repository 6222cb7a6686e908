namespace Linkerd.Kubernetes.Models;

/// <summary>Registers webhooks that may refuse objects.</summary>
public sealed record ValidatingWebhookConfiguration : KubernetesObject
{
    public IReadOnlyList<AdmissionWebhook>? Webhooks { get; set; }
}
