using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>What controllers ask of a pod.</summary>
internal static class PodFacts
{
    /// <summary>Neither ended nor ending.</summary>
    public static bool IsActive(Pod pod) => pod.Metadata.DeletionTimestamp is null && pod.Status?.Phase is not ("Succeeded" or "Failed");

    public static bool IsReady(Pod pod) => (pod.Status?.Conditions ?? []).Any(static c => c is { Type: "Ready", Status: "True" });

    /// <summary>Ready for as long as is asked.</summary>
    public static bool IsAvailable(Pod pod, int minReadySeconds, DateTimeOffset now) =>
        IsReady(pod) && (minReadySeconds == 0
            || (pod.Status!.Conditions!.First(static c => c.Type == "Ready").LastTransitionTime ?? now) + TimeSpan.FromSeconds(minReadySeconds) <= now);

    /// <summary>Which pods to give up first: not running, not ready, restarted often, young.</summary>
    public static IOrderedEnumerable<Pod> LeastWanted(IEnumerable<Pod> pods) => pods
        .OrderBy(static p => p.Status?.PodIP is { Length: > 0 })
        .ThenBy(static p => p.Status?.Phase == "Running")
        .ThenBy(IsReady)
        .ThenByDescending(static p => (p.Status?.ContainerStatuses ?? []).Sum(static c => c.RestartCount ?? 0))
        .ThenByDescending(static p => p.Metadata.CreationTimestamp)
        .ThenBy(static p => p.Metadata.Name, StringComparer.Ordinal);
}
