namespace Linkerd.Kubernetes.Models;

/// <summary>A key and the file it becomes.</summary>
public sealed record KeyToPath
{
    public string? Key { get; set; }
    public string? Path { get; set; }
    public int? Mode { get; set; }
}
