namespace Linkerd.Kubernetes.Models;

/// <summary>A service account token with an audience and a lifetime.</summary>
public sealed record ServiceAccountTokenProjection
{
    public string? Audience { get; set; }
    public long? ExpirationSeconds { get; set; }
    public string? Path { get; set; }
}
