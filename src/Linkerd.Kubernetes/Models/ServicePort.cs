namespace Linkerd.Kubernetes.Models;

/// <summary>A port of a Service.</summary>
public sealed record ServicePort
{
    public string? Name { get; set; }
    public string? Protocol { get; set; }
    public string? AppProtocol { get; set; }
    public int? Port { get; set; }
    public IntOrString? TargetPort { get; set; }
    public int? NodePort { get; set; }
}
