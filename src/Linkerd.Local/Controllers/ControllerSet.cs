using Linkerd.Kubernetes;
using Linkerd.Local.Cluster;

namespace Linkerd.Local.Controllers;

/// <summary>All controllers of the cluster. Make it before the informers start, run it after they have synced.</summary>
internal sealed class ControllerSet
{
    private readonly List<Controller> _controllers;

    public ControllerSet(KubernetesClient client, InformerFactory informers, string authorityPem, NodeLog log, TimeProvider clock)
    {
        var context = new ControllerContext(client, informers, log, clock);
        _controllers =
        [
            new Scheduler(context), new ReplicaSetController(context), new DeploymentController(context), new EndpointsController(context),
            new AccountController(context) { AuthorityPem = authorityPem }, new StatefulSetController(context), new DaemonSetController(context),
            new JobController(context), new CronJobController(context), new NamespaceController(context), new GarbageCollector(context),
        ];
    }

    /// <summary>Works until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_controllers.Select(c => Task.Run(() => c.RunAsync(cancel), cancel)));
}
