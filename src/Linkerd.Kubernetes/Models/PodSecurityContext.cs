namespace Linkerd.Kubernetes.Models;

/// <summary>Security attributes of a whole pod.</summary>
public sealed record PodSecurityContext
{
    public long? RunAsUser { get; set; }
    public long? RunAsGroup { get; set; }
    public bool? RunAsNonRoot { get; set; }
    public long? FsGroup { get; set; }
    public IReadOnlyList<long>? SupplementalGroups { get; set; }
}
