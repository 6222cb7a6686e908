using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Runtime;

/// <summary>What is known of one container: its side of the pod's status.</summary>
internal sealed class ContainerRecord(Container spec, bool isInit)
{
    public Container Spec { get; } = spec;

    public string Name { get; } = spec.Name!;

    public bool IsInit { get; } = isInit;

    /// <summary>An init container that keeps running beside the others (a native sidecar).</summary>
    public bool IsSidecar { get; } = isInit && spec.RestartPolicy == "Always";

    public int Restarts { get; set; }

    public ContainerState State { get; set; } = new() { Waiting = new ContainerStateWaiting { Reason = isInit ? "PodInitializing" : "ContainerCreating" } };

    public ContainerState? LastState { get; set; }

    public bool Started { get; set; }

    public bool Ready { get; set; }

    /// <summary>Whether it will not be started again.</summary>
    public bool Finished { get; set; }

    /// <summary>Whether its program has run at least once.</summary>
    public bool Ran { get; set; }

    public string? ImageId { get; set; }

    public string? ContainerId { get; set; }

    /// <summary>The running instance, or null.</summary>
    public ContainerProcess? Process { get; set; }

    /// <summary>The log number of the newest start.</summary>
    public int LogNumber { get; set; }

    public bool IsRunning => State.Running is not null;

    public bool Failed => Finished && State.Terminated?.ExitCode is not (null or 0);

    public ContainerStatus ToStatus() => new()
    {
        Name = Name,
        Image = Spec.Image,
        ImageID = ImageId ?? "",
        ContainerID = ContainerId,
        Ready = Ready || (IsInit && !IsSidecar && Finished && !Failed),
        Started = Started,
        RestartCount = Restarts,
        State = State,
        LastState = LastState ?? new ContainerState(),
    };
}
