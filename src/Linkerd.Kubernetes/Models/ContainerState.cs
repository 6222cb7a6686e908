namespace Linkerd.Kubernetes.Models;

/// <summary>One of three states; exactly one is set.</summary>
public sealed record ContainerState
{
    public ContainerStateWaiting? Waiting { get; set; }
    public ContainerStateRunning? Running { get; set; }
    public ContainerStateTerminated? Terminated { get; set; }
}
