namespace Linkerd.Kubernetes.Models;

/// <summary>Addresses that share the same ports.</summary>
public sealed record EndpointSubset
{
    public IReadOnlyList<EndpointAddress>? Addresses { get; set; }
    public IReadOnlyList<EndpointAddress>? NotReadyAddresses { get; set; }
    public IReadOnlyList<EndpointPort>? Ports { get; set; }
}
