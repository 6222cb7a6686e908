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

    /// <summary>Where it is.</summary>
    public const string Address = "http://localhost:30750";

    /// <summary>The same, or why it is not there.</summary>
    public static string Where => ClusterControl.HasViz ? Address : "this build has no linkerd-viz, so there is no dashboard";

    /// <summary>Installs it unless it is there or this build has not got it. Not waited for: nothing depends on it.</summary>
    public static async Task EnsureAsync(KubernetesClient client, Steps steps, CancellationToken cancel)
    {
        if (!ClusterControl.HasViz || await client.Resource(Resources.Deployments, Namespace).FindAsync("web", cancel) is not null)
            return;
        await ManifestApplier.ApplyAsync(client, Documents(), cancel);
        steps.Done($"dashboard starts on {Address}");
    }

    private static List<JsonObject> Documents()
    {
        using var stream = typeof(LocalDashboard).Assembly.GetManifestResourceStream("dashboard.yml") ?? throw new InvalidOperationException("dashboard.yml is not embedded");
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd().Replace("IMAGE", $"{MeshInstaller.Registry}/viz:{LinkerdVersion.Current}", StringComparison.Ordinal);
        return [.. KubernetesYaml.ReadAll(text).OfType<JsonObject>()];
    }
}
