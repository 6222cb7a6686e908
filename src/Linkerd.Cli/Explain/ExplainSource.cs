using System.Net;
using Linkerd.Cli.Commands;
using Linkerd.Cli.Pods;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Model;

namespace Linkerd.Cli.Explain;

/// <summary>Who sends a request.</summary>
/// <param name="Namespace">Namespace of the pod.</param>
/// <param name="Pod">Name of the pod.</param>
/// <param name="Node">Its node.</param>
/// <param name="Address">Its address.</param>
/// <param name="Identity">Identity of its proxy; null when it has none.</param>
internal sealed record ExplainSource(string Namespace, string Pod, string Node, IPAddress Address, PeerIdentity? Identity)
{
    /// <summary>How the policy controller knows it.</summary>
    public string Workload => $"{Namespace}:{Pod}";

    /// <summary>How the destination controller knows it.</summary>
    public string ContextToken => $$"""{"ns":"{{Namespace}}","nodeName":"{{Node}}","pod":"{{Pod}}"}""";

    /// <summary>Finds a running pod of a workload, or one with a ServiceAccount.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static async Task<ExplainSource> FindAsync(KubernetesClient client, string text, string ns, CancellationToken cancel)
    {
        var (kind, name) = ResourceArgument.Parse([text]);
        var pods = kind is "sa" or "serviceaccount" or "serviceaccounts"
            ? [.. (await MeshedPods.SelectAsync(client, ns, null, cancel)).Where(p => (p.Spec?.ServiceAccountName ?? "default") == name)]
            : await MeshedPods.OfAsync(client, ns, kind, name, cancel);
        if (pods.Count == 0)
            throw new CliException($"{text} has no running pods in namespace {ns}: what its proxy would be told depends on a pod");
        // Of several, one with a proxy: an old pod may still be without.
        return Of(pods.FirstOrDefault(p => MeshedPods.ProxyOf(p) is not null) ?? pods[0]);
    }

    private static ExplainSource Of(Pod pod) => new(
        pod.Metadata.Namespace!,
        pod.Metadata.Name!,
        pod.Spec?.NodeName ?? "",
        IPAddress.TryParse(pod.Status?.PodIP, out var address) ? address : throw new CliException($"pod {pod.Metadata.Name} has no address yet"),
        MeshedPods.ProxyOf(pod) is { } proxy ? PeerIdentity.Parse(ProxyIdentity.Of(pod, proxy)) : null);
}
