namespace Linkerd.Kubernetes.Models;

/// <summary>The Service in front of a webhook.</summary>
public sealed record WebhookServiceReference
{
    public string? Namespace { get; set; }
    public string? Name { get; set; }
    public string? Path { get; set; }
    public int? Port { get; set; }
}
