using Google.Protobuf.WellKnownTypes;
using Linkerd.Kubernetes.Models;
using Linkerd.Stats.Reports;
using PodMessage = Linkerd.Api.Viz.Pod;

namespace Linkerd.Viz.MetricsApi;

/// <summary>Pods as messages.</summary>
internal static class PodMessages
{
    private const string Proxy = "linkerd-proxy";
    private const string ControlPlane = "linkerd.io/control-plane-ns";
    private const string Component = "linkerd.io/control-plane-component";
    private const string Version = "linkerd.io/proxy-version";
    private const string Owner = "linkerd.io/proxy-";

    public static PodMessage Of(Pod pod, DateTimeOffset now)
    {
        var labels = pod.Metadata.Labels;
        var proxy = (pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.InitContainerStatuses ?? []).FirstOrDefault(static c => c.Name == Proxy);
        var message = new PodMessage
        {
            Name = $"{pod.Metadata.Namespace}/{pod.Metadata.Name}",
            PodIP = pod.Status?.PodIP ?? "",
            Status = PodPhase.Of(pod),
            Added = labels?.ContainsKey(ControlPlane) == true,
            ControllerNamespace = labels?.GetValueOrDefault(ControlPlane) ?? "",
            ControlPlane = labels?.ContainsKey(Component) == true,
            ProxyReady = proxy?.Ready == true,
            ProxyVersion = pod.Metadata.Annotations?.GetValueOrDefault(Version) ?? "",
            ResourceVersion = pod.Metadata.ResourceVersion ?? "",
        };
        if (pod.Status?.StartTime is { } started && now > started)
            message.Uptime = Duration.FromTimeSpan(now - started);
        SetOwner(message, pod);
        return message;
    }

    private static void SetOwner(PodMessage message, Pod pod)
    {
        string Of(string kind) => pod.Metadata.Labels?.GetValueOrDefault(Owner + kind) is { } owner ? $"{pod.Metadata.Namespace}/{owner}" : "";
        if (Of("deployment") is { Length: > 0 } deployment)
            message.Deployment = deployment;
        else if (Of("statefulset") is { Length: > 0 } statefulSet)
            message.StatefulSet = statefulSet;
        else if (Of("daemonset") is { Length: > 0 } daemonSet)
            message.DaemonSet = daemonSet;
        else if (Of("job") is { Length: > 0 } job)
            message.Job = job;
        else if (Of("replicationcontroller") is { Length: > 0 } controller)
            message.ReplicationController = controller;
        else if (Of("replicaset") is { Length: > 0 } replicaSet)
            message.ReplicaSet = replicaSet;
    }
}
