namespace Linkerd.Kubernetes.Models;

/// <summary>A header of a health check.</summary>
public sealed record HttpHeader
{
    public string? Name { get; set; }
    public string? Value { get; set; }
}
