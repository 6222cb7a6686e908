using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Injector;

/// <summary>Annotations of namespaces: from the followed cache, or asked for when a namespace is too new for it.</summary>
internal sealed class NamespaceLookup(KubernetesClient client, Informer<Namespace> informer)
{
    /// <exception cref="KubernetesException">The namespace cannot be read.</exception>
    public async ValueTask<IReadOnlyDictionary<string, string>> AnnotationsAsync(string ns, CancellationToken cancel)
    {
        var found = informer.Get("", ns) ?? await client.Resource(Resources.Namespaces).GetAsync(ns, cancel);
        return found.Metadata.Annotations ?? new Dictionary<string, string>();
    }
}
