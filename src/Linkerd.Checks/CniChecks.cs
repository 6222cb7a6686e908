using Linkerd.Kubernetes;

namespace Linkerd.Checks;

/// <summary>
/// The CNI plugin. Asked for by a flag, or by the values of a control plane that relies on it; else none of the lines is shown.
/// </summary>
internal sealed class CniChecks(CheckContext context)
{
    private const string Name = "linkerd-cni";

    public CheckCategory Plugin() => new("linkerd-cni-plugin",
    [
        Line("cni plugin ConfigMap exists", "cni-plugin-cm-exists", ConfigMapAsync),
        Line("cni plugin ClusterRole exists", "cni-plugin-cr-exists", c => RbacAsync("clusterroles", "ClusterRole", c)),
        Line("cni plugin ClusterRoleBinding exists", "cni-plugin-crb-exists", c => RbacAsync("clusterrolebindings", "ClusterRoleBinding", c)),
        Line("cni plugin ServiceAccount exists", "cni-plugin-sa-exists", c => ExistsAsync(Resources.ServiceAccounts, "ServiceAccount", c)),
        Line("cni plugin DaemonSet exists", "cni-plugin-ds-exists", c => ExistsAsync(Resources.DaemonSets, "DaemonSet", c)),
        Line("cni plugin pod is running on all nodes", "cni-plugin-ready", ReadyAsync) with { Retries = true },
    ]);

    private string Namespace => context.Options.CniNamespace;

    private Check Line(string description, string anchor, Func<CancellationToken, Task> run) => new(description, anchor, cancel => IfEnabledAsync(run, cancel)) { Fatal = true };

    private async Task IfEnabledAsync(Func<CancellationToken, Task> run, CancellationToken cancel)
    {
        // Before an installation there are no values to ask.
        if (!context.Options.Cni && (await context.ValuesAsync(cancel)).Find("cniEnabled") is not true)
            throw new SkipCheckException("skipping check because CNI is not enabled");
        await run(cancel);
    }

    private async Task ConfigMapAsync(CancellationToken cancel) => await context.Client.Resource(Resources.ConfigMaps, Namespace).GetAsync("linkerd-cni-config", cancel);

    private async Task RbacAsync(string plural, string kind, CancellationToken cancel)
    {
        if (await context.Client.Dynamic(new GroupVersionResource("rbac.authorization.k8s.io", "v1", plural), kind, namespaced: false).FindAsync(Name, cancel) is null)
            throw new CheckException($"missing {kind}: {Name}");
    }

    private async Task ExistsAsync<T>(ResourceType<T> type, string kind, CancellationToken cancel)
        where T : class
    {
        if (await context.Client.Resource(type, Namespace).FindAsync(Name, cancel) is null)
            throw new CheckException($"missing {kind}: {Name}");
    }

    private async Task ReadyAsync(CancellationToken cancel)
    {
        var set = await context.Client.Resource(Resources.DaemonSets, Namespace).FindAsync(Name, cancel) ?? throw new CheckException($"missing DaemonSet: {Name}");
        var (scheduled, ready) = (set.Status?.DesiredNumberScheduled ?? 0, set.Status?.NumberReady ?? 0);
        if (scheduled != ready)
            throw new CheckException($"number ready: {ready}, number scheduled: {scheduled}");
    }
}
