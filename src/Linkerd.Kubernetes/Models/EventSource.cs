namespace Linkerd.Kubernetes.Models;

/// <summary>Who reported an event.</summary>
public sealed record EventSource
{
    public string? Component { get; set; }
    public string? Host { get; set; }
}
