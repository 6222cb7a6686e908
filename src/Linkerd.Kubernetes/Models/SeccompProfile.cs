namespace Linkerd.Kubernetes.Models;

/// <summary>The system call filter of a container.</summary>
public sealed record SeccompProfile
{
    public string? Type { get; set; }
    public string? LocalhostProfile { get; set; }
}
