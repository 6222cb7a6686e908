namespace Linkerd.Kubernetes.Models;

/// <summary>Where an aggregated API is served.</summary>
public sealed record ApiServiceSpec
{
    public WebhookServiceReference? Service { get; set; }
    public string? Group { get; set; }
    public string? Version { get; set; }
    public bool? InsecureSkipTLSVerify { get; set; }
    public byte[]? CaBundle { get; set; }
    public int? GroupPriorityMinimum { get; set; }
    public int? VersionPriority { get; set; }
}
