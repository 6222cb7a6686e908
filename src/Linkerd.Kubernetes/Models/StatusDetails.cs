namespace Linkerd.Kubernetes.Models;

/// <summary>What an error is about.</summary>
public sealed record StatusDetails
{
    public string? Name { get; set; }
    public string? Group { get; set; }
    public string? Kind { get; set; }
    public string? Uid { get; set; }
    public int? RetryAfterSeconds { get; set; }
    public IReadOnlyList<StatusCause>? Causes { get; set; }
}
