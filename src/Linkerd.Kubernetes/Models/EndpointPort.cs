namespace Linkerd.Kubernetes.Models;

/// <summary>A port of <see cref="Endpoints"/> or of an <see cref="EndpointSlice"/>.</summary>
public sealed record EndpointPort
{
    public string? Name { get; set; }
    public int? Port { get; set; }
    public string? Protocol { get; set; }
    public string? AppProtocol { get; set; }
}
