using Linkerd.Kubernetes;

namespace Linkerd.Local.Controllers;

/// <summary>Resources read as <see cref="Workload"/>.</summary>
internal static class WorkloadResources
{
    public static ResourceType<Workload> Deployments { get; } = Of("apps", "v1", "deployments", "Deployment");

    public static ResourceType<Workload> ReplicaSets { get; } = Of("apps", "v1", "replicasets", "ReplicaSet");

    public static ResourceType<Workload> StatefulSets { get; } = Of("apps", "v1", "statefulsets", "StatefulSet");

    public static ResourceType<Workload> DaemonSets { get; } = Of("apps", "v1", "daemonsets", "DaemonSet");

    public static ResourceType<Workload> Jobs { get; } = Of("batch", "v1", "jobs", "Job");

    public static ResourceType<Workload> CronJobs { get; } = Of("batch", "v1", "cronjobs", "CronJob");

    /// <summary>Any resource.</summary>
    public static ResourceType<Workload> Of(string group, string version, string plural, string kind, bool namespaced = true) =>
        ResourceType.Typed(new GroupVersionResource(group, version, plural), kind, namespaced, ControllerJson.Default.Workload, ControllerJson.Default.ResourceListWorkload);
}
