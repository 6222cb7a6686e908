using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Pods;

/// <summary>Finds running pods, and connects to ports of theirs through the API server.</summary>
public static class MeshedPods
{
    /// <summary>Name of the proxy's container.</summary>
    public const string ProxyContainer = "linkerd-proxy";

    /// <summary>The running pods of a resource in kubectl's form, <c>pod/x</c>, <c>deploy/web</c>, sorted by name.</summary>
    /// <exception cref="CliException">The kind has no pods, or there is none of that name.</exception>
    public static async Task<IReadOnlyList<Pod>> OfAsync(KubernetesClient client, string ns, string kind, string name, CancellationToken cancellationToken)
    {
        if (kind is "po" or "pod" or "pods")
            return [await client.Resource(Resources.Pods, ns).GetAsync(name, cancellationToken)];
        var selector = kind switch
        {
            "deploy" or "deployment" or "deployments" => (await client.Resource(Resources.Deployments, ns).GetAsync(name, cancellationToken)).Spec?.Selector,
            "sts" or "statefulset" or "statefulsets" => (await client.Resource(Resources.StatefulSets, ns).GetAsync(name, cancellationToken)).Spec?.Selector,
            "ds" or "daemonset" or "daemonsets" => (await client.Resource(Resources.DaemonSets, ns).GetAsync(name, cancellationToken)).Spec?.Selector,
            "rs" or "replicaset" or "replicasets" => (await client.Resource(Resources.ReplicaSets, ns).GetAsync(name, cancellationToken)).Spec?.Selector,
            "job" or "jobs" => (await client.Resource(Resources.Jobs, ns).GetAsync(name, cancellationToken)).Spec?.Selector,
            "svc" or "service" or "services" => new LabelSelector { MatchLabels = (await client.Resource(Resources.Services, ns).GetAsync(name, cancellationToken)).Spec?.Selector },
            _ => throw new CliException($"'{kind}' has no pods; say for example pod/{name}, deploy/{name}, sts/{name} or svc/{name}"),
        };
        return await SelectAsync(client, ns, selector is null ? null : Selectors.Text(selector), cancellationToken);
    }

    /// <summary>The running pods that a label selector in text form selects, sorted by name.</summary>
    public static async Task<IReadOnlyList<Pod>> SelectAsync(KubernetesClient client, string ns, string? selector, CancellationToken cancellationToken)
    {
        var pods = new List<Pod>();
        await foreach (var pod in client.Resource(Resources.Pods, ns).ListAllAsync(new ListOptions { LabelSelector = selector, Limit = 500 }, cancellationToken))
        {
            if (pod.Status?.Phase == "Running" && pod.Metadata.DeletionTimestamp is null)
                pods.Add(pod);
        }

        pods.Sort((a, b) => string.CompareOrdinal(a.Metadata.Name, b.Metadata.Name));
        return pods;
    }

    /// <summary>The pod's proxy container, as a sidecar of either form; null when the pod is not meshed.</summary>
    public static Container? ProxyOf(Pod pod) =>
        (pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? []).FirstOrDefault(c => c.Name == ProxyContainer);

    /// <summary>The number of a named port of the proxy's container, or <paramref name="fallback"/>.</summary>
    public static int PortOf(Pod pod, string name, int fallback) =>
        ProxyOf(pod)?.Ports?.FirstOrDefault(p => p.Name == name)?.Port ?? fallback;

    /// <summary>An HTTP client whose every connection is a port-forward to the pod's port.</summary>
    public static HttpClient HttpTo(KubernetesClient client, Pod pod, int port) => client.HttpToPod(pod.Metadata.Namespace!, pod.Metadata.Name!, port);
}
