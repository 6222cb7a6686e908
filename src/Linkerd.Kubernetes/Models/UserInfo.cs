namespace Linkerd.Kubernetes.Models;

/// <summary>A user as the API server knows it.</summary>
public sealed record UserInfo
{
    public string? Username { get; set; }
    public string? Uid { get; set; }
    public IReadOnlyList<string>? Groups { get; set; }
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; set; }
}
