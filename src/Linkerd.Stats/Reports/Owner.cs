using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Stats.Reports;

/// <summary>One listed object, and how its pods are found.</summary>
internal sealed record Owner(string Namespace, string Name, bool Controlled, Func<Pod, bool> Owns)
{
    public static Owner BySelector(ObjectMeta metadata, LabelSelector? selector) =>
        new(metadata.Namespace ?? "", metadata.Name ?? "", IsControlled(metadata), pod => selector is not null && Selectors.Matches(selector, pod.Metadata.Labels));

    /// <summary>A job's pods carry its name; a cron job's jobs begin with its own.</summary>
    public static Owner OfCronJob(ObjectMeta metadata) => new(metadata.Namespace ?? "", metadata.Name ?? "", false, pod =>
        pod.Metadata.Labels?.GetValueOrDefault("linkerd.io/proxy-cronjob") == metadata.Name);

    public static Owner OfPod(Pod pod) =>
        new(pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "", IsControlled(pod.Metadata), other => other.Metadata.Name == pod.Metadata.Name);

    public static Owner OfNamespace(string name) => new(name, name, false, static _ => true);

    public IEnumerable<Pod> PodsOf(ILookup<string, Pod> byNamespace) => byNamespace[Namespace].Where(Owns);

    private static bool IsControlled(ObjectMeta metadata) => metadata.OwnerReferences?.Any(static o => o.Controller == true) == true;
}
