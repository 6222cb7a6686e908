namespace Linkerd.Kubernetes.Models;

/// <summary>The issued token.</summary>
public sealed record TokenRequestStatus
{
    public string? Token { get; set; }
    public DateTimeOffset? ExpirationTimestamp { get; set; }
}
