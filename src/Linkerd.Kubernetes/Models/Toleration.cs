namespace Linkerd.Kubernetes.Models;

/// <summary>Lets a pod onto nodes with a matching taint.</summary>
public sealed record Toleration
{
    public string? Key { get; set; }
    public string? Operator { get; set; }
    public string? Value { get; set; }
    public string? Effect { get; set; }
    public long? TolerationSeconds { get; set; }
}
