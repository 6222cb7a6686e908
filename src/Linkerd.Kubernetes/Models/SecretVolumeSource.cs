namespace Linkerd.Kubernetes.Models;

/// <summary>The keys of a Secret as files.</summary>
public sealed record SecretVolumeSource
{
    public string? SecretName { get; set; }
    public IReadOnlyList<KeyToPath>? Items { get; set; }
    public int? DefaultMode { get; set; }
    public bool? Optional { get; set; }
}
