namespace Linkerd.Kubernetes.Models;

/// <summary>A health check by TCP connection.</summary>
public sealed record TcpSocketAction
{
    public IntOrString? Port { get; set; }
    public string? Host { get; set; }
}
