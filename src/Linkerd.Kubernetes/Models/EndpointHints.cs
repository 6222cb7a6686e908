namespace Linkerd.Kubernetes.Models;

/// <summary>Where an endpoint should be used from.</summary>
public sealed record EndpointHints
{
    public IReadOnlyList<ForZone>? ForZones { get; set; }
}
