namespace Linkerd.Kubernetes.Models;

/// <summary>One admission webhook.</summary>
public sealed record AdmissionWebhook
{
    public string? Name { get; set; }
    public WebhookClientConfig? ClientConfig { get; set; }
    public IReadOnlyList<RuleWithOperations>? Rules { get; set; }
    public string? FailurePolicy { get; set; }
    public string? MatchPolicy { get; set; }
    public LabelSelector? NamespaceSelector { get; set; }
    public LabelSelector? ObjectSelector { get; set; }
    public string? SideEffects { get; set; }
    public int? TimeoutSeconds { get; set; }
    public IReadOnlyList<string>? AdmissionReviewVersions { get; set; }
    public string? ReinvocationPolicy { get; set; }
}
