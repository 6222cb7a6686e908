namespace Linkerd.Kubernetes.Models;

/// <summary>One address of <see cref="Endpoints"/>.</summary>
public sealed record EndpointAddress
{
    public string? Ip { get; set; }
    public string? Hostname { get; set; }
    public string? NodeName { get; set; }
    public ObjectReference? TargetRef { get; set; }
}
