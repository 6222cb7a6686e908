using System.CommandLine;
using Linkerd.Cli.Pods;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Commands.Viz;

/// <summary>Where the viz extension is in a cluster.</summary>
internal static class VizExtension
{
    /// <summary>The label of its namespace and of its pods, with its value.</summary>
    public const string Selector = "linkerd.io/extension=viz";

    /// <summary>Where it is installed unless the flag says otherwise.</summary>
    public const string DefaultNamespace = "linkerd-viz";

    /// <summary>metrics-api's port of <c>linkerd2.viz.Api</c>.</summary>
    public const int ApiPort = 8085;

    private const string QueryPort = "query";
    private const int PrometheusPort = 9090;

    /// <summary>Its namespace: the flag's, else the one with the label; null when there is none.</summary>
    public static async Task<string?> FindNamespaceAsync(ParseResult arguments, KubernetesClient client, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(VizOptions.Namespace) is { } given)
            return given;
        var found = await client.Resource(Resources.Namespaces).ListAsync(new ListOptions { LabelSelector = Selector }, cancellationToken);
        return found.Items is [{ Metadata.Name: { } name }, ..] ? name : null;
    }

    /// <summary>A ready pod of a component; null when there is none.</summary>
    public static async Task<Pod?> ReadyPodAsync(KubernetesClient client, string ns, string component, CancellationToken cancellationToken)
    {
        var pods = await MeshedPods.SelectAsync(client, ns, "component=" + component, cancellationToken);
        return pods.FirstOrDefault(static p => (p.Status?.Conditions ?? []).Any(static c => c is { Type: "Ready", Status: "True" }));
    }

    /// <summary>
    /// An HTTP client to what answers Prometheus' queries, by port-forward: metrics-api, or where it is another's and has no such port,
    /// the extension's Prometheus; null when neither is ready.
    /// </summary>
    public static async Task<HttpClient?> QueryClientAsync(KubernetesClient client, string ns, CancellationToken cancellationToken)
    {
        if (await ReadyPodAsync(client, ns, "metrics-api", cancellationToken) is { } api
            && (api.Spec?.Containers ?? []).SelectMany(static c => c.Ports ?? []).FirstOrDefault(static p => p.Name == QueryPort) is { Port: { } port })
            return MeshedPods.HttpTo(client, api, port);
        return await ReadyPodAsync(client, ns, "prometheus", cancellationToken) is { } prometheus ? MeshedPods.HttpTo(client, prometheus, PrometheusPort) : null;
    }
}
