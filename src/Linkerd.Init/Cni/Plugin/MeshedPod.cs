using System.Globalization;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Init.Cni.Plugin;

/// <summary>A pod of the mesh as far as its rules depend on it.</summary>
internal sealed class MeshedPod(Pod pod, Namespace? ns, IReadOnlyList<string> apiServerPorts)
{
    private const string Prefix = "config.linkerd.io/";

    /// <summary>Ports of the API server that a pod of the control plane reaches beside the proxy; none for other pods.</summary>
    public IReadOnlyList<string> ApiServerPorts => apiServerPorts;

    /// <summary>An annotation of the pod, else of its namespace; null when neither has it.</summary>
    public string? Annotation(string name) =>
        pod.Metadata.Annotations?.GetValueOrDefault(Prefix + name) ?? ns?.Metadata.Annotations?.GetValueOrDefault(Prefix + name);

    /// <summary>Reads what is needed; null when the plugin has nothing to do for the pod.</summary>
    public static async Task<MeshedPod?> FindAsync(KubernetesClient client, string ns, string name, CancellationToken cancel)
    {
        var pod = await client.Resource(Resources.Pods, ns).GetAsync(name, cancel);
        if (!IsMeshed(pod))
            return null;
        var owner = await client.Resource(Resources.Namespaces).FindAsync(ns, cancel);
        var isControlPlane = pod.Metadata.Labels?.ContainsKey("linkerd.io/control-plane-component") == true;
        return new MeshedPod(pod, owner, isControlPlane ? await ApiServerPortsAsync(client, cancel) : []);
    }

    /// <summary>A pod with the proxy as a container or native sidecar, and without linkerd-init, which would write the rules itself.</summary>
    public static bool IsMeshed(Pod pod)
    {
        var init = pod.Spec?.InitContainers ?? [];
        var has = (pod.Spec?.Containers ?? []).Any(static c => c.Name == "linkerd-proxy") || init.Any(static c => c.Name == "linkerd-proxy");
        return has && !init.Any(static c => c.Name == "linkerd-init");
    }

    private static async Task<IReadOnlyList<string>> ApiServerPortsAsync(KubernetesClient client, CancellationToken cancel)
    {
        var service = await client.Resource(Resources.Services, "default").FindAsync("kubernetes", cancel);
        var ports = new List<string>();
        foreach (var port in service?.Spec?.Ports ?? [])
        {
            foreach (var number in (string?[])[port.Port?.ToString(CultureInfo.InvariantCulture), port.TargetPort?.ToString()])
            {
                if (ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    ports.Add(number);
            }
        }
        return ports.Count == 0 ? ["443", "6443"] : [.. ports.Distinct(StringComparer.Ordinal)];
    }
}
