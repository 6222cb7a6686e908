namespace Linkerd.Kubernetes.Models;

/// <summary>One action of a lifecycle.</summary>
public sealed record LifecycleHandler
{
    public ExecAction? Exec { get; set; }
    public HttpGetAction? HttpGet { get; set; }
    public TcpSocketAction? TcpSocket { get; set; }
}
