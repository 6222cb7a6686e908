namespace Linkerd.Kubernetes.Models;

/// <summary>The version of an API server.</summary>
public sealed record VersionInfo
{
    public string? Major { get; set; }
    public string? Minor { get; set; }
    public string? GitVersion { get; set; }
    public string? GitCommit { get; set; }
    public string? BuildDate { get; set; }
    public string? GoVersion { get; set; }
    public string? Compiler { get; set; }
    public string? Platform { get; set; }
}
