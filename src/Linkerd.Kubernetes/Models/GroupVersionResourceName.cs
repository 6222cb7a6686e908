namespace Linkerd.Kubernetes.Models;

/// <summary>Group, version and resource (plural) of an object, as admission requests carry it.</summary>
public sealed record GroupVersionResourceName
{
    public string? Group { get; set; }
    public string? Version { get; set; }
    public string? Resource { get; set; }
}
