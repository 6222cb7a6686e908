namespace Linkerd.Kubernetes.Models;

/// <summary>The answer to a token review.</summary>
public sealed record TokenReviewStatus
{
    public bool? Authenticated { get; set; }
    public UserInfo? User { get; set; }
    public IReadOnlyList<string>? Audiences { get; set; }
    public string? Error { get; set; }
}
