namespace Linkerd.Kubernetes.Models;

/// <summary>One address of a pod.</summary>
public sealed record PodIP
{
    public string? Ip { get; set; }
}
