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
}
