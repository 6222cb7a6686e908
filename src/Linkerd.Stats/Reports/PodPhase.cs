using Linkerd.Kubernetes.Models;

namespace Linkerd.Stats.Reports;

/// <summary>The word that kubectl prints for a pod's state.</summary>
public static class PodPhase
{
    /// <summary>The reason why a container waits or has ended, else the pod's reason, else its phase; <c>Terminating</c> while it is being deleted.</summary>
    public static string Of(Pod pod)
    {
        if (pod.Metadata.DeletionTimestamp is not null)
            return "Terminating";
        foreach (var container in pod.Status?.ContainerStatuses ?? [])
        {
            if (container.State?.Waiting?.Reason is { Length: > 0 } waiting)
                return waiting;
            if (container.State?.Terminated?.Reason is { Length: > 0 } ended && ended != "Completed")
                return ended;
        }

        return pod.Status?.Reason is { Length: > 0 } reason ? reason : pod.Status?.Phase ?? "Unknown";
    }

    /// <summary>What keeps containers of a pod from running: those that wait with a reason other than being created, or ended in failure.</summary>
    public static IEnumerable<PodError> ErrorsOf(Pod pod)
    {
        foreach (var container in (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []))
        {
            if (container.State?.Waiting is { Reason: { Length: > 0 } reason } waiting && reason is not ("ContainerCreating" or "PodInitializing"))
                yield return new PodError(pod.Metadata.Name ?? "", container.Name ?? "", container.Image ?? "", reason, waiting.Message ?? "");
            else if (container.State?.Terminated is { ExitCode: not (0 or null) } ended)
                yield return new PodError(pod.Metadata.Name ?? "", container.Name ?? "", container.Image ?? "", ended.Reason ?? "Error", ended.Message ?? $"exit code {ended.ExitCode}");
        }
    }
}
