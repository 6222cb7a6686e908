namespace Linkerd.Kubernetes.Models;

/// <summary>The token to be reviewed.</summary>
public sealed record TokenReviewSpec
{
    public string? Token { get; set; }
    public IReadOnlyList<string>? Audiences { get; set; }
}
