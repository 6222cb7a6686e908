namespace Linkerd.Kubernetes.Models;

/// <summary>Some of the addresses behind a Service.</summary>
public sealed record EndpointSlice : KubernetesObject
{
    /// <summary><c>IPv4</c>, <c>IPv6</c> or <c>FQDN</c>.</summary>
    public string? AddressType { get; set; }

    public IReadOnlyList<SliceEndpoint>? Endpoints { get; set; }
    public IReadOnlyList<EndpointPort>? Ports { get; set; }
}
