namespace Linkerd.Kubernetes.Models;

/// <summary>A health check by command.</summary>
public sealed record ExecAction
{
    public IReadOnlyList<string>? Command { get; set; }
}
