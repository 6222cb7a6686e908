using System.Text.Json.Nodes;
using Linkerd.Cli.Commands.Install;
using Linkerd.Cli.Manifests;
using Linkerd.Inject.ControlPlane;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Cli.Commands.Local;

/// <summary>Installs the control plane into the embedded cluster, once, and waits until it is ready.</summary>
internal sealed class MeshInstaller(KubernetesClient client, Steps steps)
{
    /// <summary>The registry of images that the embedded cluster makes from this build.</summary>
    public const string Registry = "localhost/linkerd-cs";

    private const string Namespace = "linkerd";

    /// <summary>Installs unless it is there, then waits. Definitions that a state of an older build lacks are added.</summary>
    public async Task EnsureAsync(CancellationToken cancel)
    {
        // Definitions first: the controllers then find the kinds that they follow.
        var definitions = await AddDefinitionsAsync(client, cancel);
        var tap = new LocalTap(client);
        var fresh = !await IsInstalledAsync(cancel);
        if (fresh)
        {
            await tap.StartInjectorAsync(cancel);
            var documents = ControlPlaneManifests.Documents(new ControlPlaneOptions
            {
                Registry = Registry,
                Version = LinkerdVersion.Current,
                ReadinessPeriodSeconds = 1,
            });
            await ManifestApplier.ApplyAsync(client, documents, cancel);
            steps.Done($"control plane {LinkerdVersion.Current} installed");
        }
        else if (definitions > 0)
        {
            steps.Done($"{definitions} definitions of resources added");
        }

        await Rollouts.WaitAsync(client, Namespace, cancel);
        if (fresh)
            await tap.WaitForInjectorAsync(cancel);
        await tap.EnsureServiceAsync(cancel);
        steps.Done("control plane ready");
    }

    /// <summary>Adds the definitions of resources that are not there; answers how many.</summary>
    internal static async Task<int> AddDefinitionsAsync(KubernetesClient client, CancellationToken cancel)
    {
        var missing = await CrdRenderer.MissingAsync(new TargetCluster(client, Namespace), Namespace, cancel);
        await ManifestApplier.ApplyAsync(client, missing.Select(static m => (JsonObject)KubernetesYaml.Read(m.Text)!), cancel);
        return missing.Count;
    }

    // Written with the rest, but last: what was interrupted is applied again.
    private async Task<bool> IsInstalledAsync(CancellationToken cancel) =>
        await client.Resource(Resources.ConfigMaps, Namespace).FindAsync("linkerd-config", cancel) is not null
        && await client.Resource(Resources.Deployments, Namespace).FindAsync("linkerd-proxy-injector", cancel) is not null;
}
