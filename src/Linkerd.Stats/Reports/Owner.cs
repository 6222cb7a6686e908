using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Stats.Reports;

/// <summary>One listed object, and how its pods are found.</summary>
internal sealed record Owner(string Namespace, string Name, Func<Pod, bool> Owns)
{
    public static Owner BySelector(string ns, string name, LabelSelector? selector) =>
        new(ns, name, pod => selector is not null && Selectors.Matches(selector, pod.Metadata.Labels));

    public static Owner OfPod(Pod pod) =>
        new(pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "", other => other.Metadata.Name == pod.Metadata.Name);

    public static Owner OfNamespace(string name) => new(name, name, static _ => true);

    public IEnumerable<Pod> PodsOf(ILookup<string, Pod> byNamespace) => byNamespace[Namespace].Where(Owns);
}
