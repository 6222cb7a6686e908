namespace Linkerd.Kubernetes.Models;

/// <summary>How a webhook is reached.</summary>
public sealed record WebhookClientConfig
{
    public string? Url { get; set; }
    public WebhookServiceReference? Service { get; set; }

    /// <summary>PEM; base64 on the wire.</summary>
    public byte[]? CaBundle { get; set; }
}
