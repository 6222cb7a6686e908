namespace Linkerd.Kubernetes.Models;

/// <summary>One cause of an error.</summary>
public sealed record StatusCause
{
    public string? Reason { get; set; }
    public string? Message { get; set; }
    public string? Field { get; set; }
}
