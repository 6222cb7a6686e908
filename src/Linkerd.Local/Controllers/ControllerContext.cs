using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Cluster;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Controllers;

/// <summary>What controllers share: the API and one cache of each resource.</summary>
internal sealed class ControllerContext(KubernetesClient client, InformerFactory informers, NodeLog log, TimeProvider clock)
{
    public KubernetesClient Client => client;

    public NodeLog Log => log;

    public TimeProvider Clock => clock;

    public EventRecorder Events { get; } = new(client, log, "controllermanager", clock);

    public Informer<Pod> Pods { get; } = informers.For(Resources.Pods);

    public Informer<Service> Services { get; } = informers.For(Resources.Services);

    public Informer<Namespace> Namespaces { get; } = informers.For(Resources.Namespaces);

    public Informer<Workload> Deployments { get; } = informers.For(WorkloadResources.Deployments);

    public Informer<Workload> ReplicaSets { get; } = informers.For(WorkloadResources.ReplicaSets);

    public Informer<Workload> StatefulSets { get; } = informers.For(WorkloadResources.StatefulSets);

    public Informer<Workload> DaemonSets { get; } = informers.For(WorkloadResources.DaemonSets);

    public Informer<Workload> Jobs { get; } = informers.For(WorkloadResources.Jobs);

    public Informer<Workload> CronJobs { get; } = informers.For(WorkloadResources.CronJobs);

    public Informer<Workload> Slices { get; } = informers.For(WorkloadResources.Of("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"));

    /// <summary>The pods that an object controls.</summary>
    public IEnumerable<Pod> PodsOf(Workload owner) => Pods.Items.Where(p => Owners.IsControlledBy(p.Metadata, owner.Metadata.Uid));

    /// <summary>Waits until a cache shows what was just written, so that the next decision does not repeat it.</summary>
    public async Task SeenAsync(Func<bool> seen, CancellationToken cancel)
    {
        var deadline = Environment.TickCount64 + 2_000;
        while (!seen() && Environment.TickCount64 < deadline)
            await Task.Delay(TimeSpan.FromMilliseconds(1), clock, cancel);
    }
}
