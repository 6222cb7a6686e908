using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Stats.Reports;

namespace Linkerd.Viz.Tap;

/// <summary>The pods behind what the user names, and why they cannot be tapped when they cannot.</summary>
internal sealed class TapTargets(IObjectLister objects)
{
    private const string Enabled = "viz.linkerd.io/tap-enabled";
    private const string Disabled = "viz.linkerd.io/disable-tap";
    private const string Meshed = "linkerd.io/control-plane-ns";
    private readonly KubernetesWorkloads _workloads = new(objects);

    /// <summary>The pods that can be tapped.</summary>
    /// <exception cref="TapException">There is nothing of that name, none of its pods can be tapped, or there are too many.</exception>
    public async Task<IReadOnlyList<Pod>> FindAsync(ResourceRef target, string labelSelector, CancellationToken cancel)
    {
        var what = $"{target.Kind.Name}/{target.Name}";
        var infos = await _workloads.ListAsync(target, labelSelector, cancel);
        if (infos.Count == 0)
            throw new TapException(404, target.Name is null ? $"no {target.Kind.Plural} found in namespace {target.Namespace}" : $"{what} not found in namespace {target.Namespace}");
        var ns = target.Kind.Name == "namespace" ? target.Name : target.Namespace;
        var names = infos.SelectMany(static i => i.Pods).ToHashSet(StringComparer.Ordinal);
        var running = (await objects.ListAsync(Resources.Pods, ns, "", cancel))
            .Where(p => names.Contains(p.Metadata.Name ?? "") && p.Status is { Phase: "Running", PodIP.Length: > 0 } && p.Metadata.DeletionTimestamp is null)
            .ToArray();
        if (running.Length == 0)
            throw new TapException(404, $"no running pods found for {what}");
        var meshed = Array.FindAll(running, static p => p.Metadata.Labels?.ContainsKey(Meshed) == true);
        if (meshed.Length == 0)
            throw new TapException(404, $"no pods to tap for {what}: none of its {running.Length} running pods has the proxy; inject them with `linkerd inject`");
        var tappable = Array.FindAll(meshed, static p => p.Metadata.Annotations?.GetValueOrDefault(Enabled) == "true" && p.Metadata.Annotations?.GetValueOrDefault(Disabled) != "true");
        if (tappable.Length == 0)
            throw new TapException(404, Array.Exists(meshed, static p => p.Metadata.Annotations?.GetValueOrDefault(Disabled) == "true")
                ? $"no pods to tap for {what}: tap is disabled for its pods by the {Disabled} annotation"
                : $"no pods to tap for {what}: its pods were started before the viz extension was installed; restart them to enable tap");
        return tappable.Length <= TapSettings.MaxPods
            ? tappable
            : throw new TapException(400, $"{what} has {tappable.Length} pods; at most {TapSettings.MaxPods} are tapped at once: name a workload or a pod");
    }
}
