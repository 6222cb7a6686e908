using System.Text.Json.Nodes;
using Linkerd.Cli.Manifests;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary>The dashboard of the embedded cluster: a pod whose node port is relayed to this machine's loopback, and nowhere else.</summary>
internal static class LocalDashboard
{
    private const string Namespace = "linkerd-viz";

    private const int NodePort = 30750;

    /// <summary>Its address, or why there is none.</summary>
    public static async Task<string> WhereAsync(ClusterControl cluster, CancellationToken cancel)
    {
        if (!ClusterControl.HasViz)
            return "this build has no linkerd-viz, so there is no dashboard";
        return await cluster.HostPortAsync(NodePort, cancel) switch
        {
            NodePort => $"http://localhost:{NodePort}",
            { } other => $"http://localhost:{other} (another program of this machine holds port {NodePort}, perhaps another cluster of linkerd local)",
            null => $"no port of this machine leads to the dashboard; see {cluster.Paths.Log}",
        };
    }

    /// <summary>Installs it unless it is there or this build has not got it. Not waited for: nothing depends on it.</summary>
    public static async Task EnsureAsync(KubernetesClient client, Steps steps, CancellationToken cancel)
    {
        if (!ClusterControl.HasViz || await client.Resource(Resources.Deployments, Namespace).FindAsync("web", cancel) is not null)
            return;
        await ManifestApplier.ApplyAsync(client, Documents(), cancel);
        steps.Done("dashboard starts");
    }

    /// <summary>Its namespace, as it is installed.</summary>
    public static JsonObject NamespaceDocument() => Documents()[0];

    private static List<JsonObject> Documents()
    {
        using var stream = typeof(LocalDashboard).Assembly.GetManifestResourceStream("dashboard.yml") ?? throw new InvalidOperationException("dashboard.yml is not embedded");
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd().Replace("IMAGE", $"{MeshInstaller.Registry}/viz:{LinkerdVersion.Current}", StringComparison.Ordinal);
        return [.. KubernetesYaml.ReadAll(text).OfType<JsonObject>()];
    }
}
