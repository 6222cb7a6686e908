namespace Linkerd.Kubernetes.Models;

/// <summary>Versions on a node.</summary>
public sealed record NodeSystemInfo
{
    public string? KernelVersion { get; set; }
    public string? OsImage { get; set; }
    public string? ContainerRuntimeVersion { get; set; }
    public string? KubeletVersion { get; set; }
    public string? KubeProxyVersion { get; set; }
    public string? OperatingSystem { get; set; }
    public string? Architecture { get; set; }
}
