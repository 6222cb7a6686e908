namespace Linkerd.Kubernetes.Models;

/// <summary>A health check by gRPC.</summary>
public sealed record GrpcAction
{
    public int? Port { get; set; }
    public string? Service { get; set; }
}
