namespace Linkerd.Kubernetes.Models;

/// <summary>Keeps pods off a node unless they tolerate it.</summary>
public sealed record Taint
{
    public string? Key { get; set; }
    public string? Value { get; set; }
    public string? Effect { get; set; }
}
