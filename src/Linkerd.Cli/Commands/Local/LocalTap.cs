using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Cli.Manifests;
using Linkerd.Inject.ControlPlane;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary>Live requests in the embedded cluster: the injector that lets proxies be observed, and the service that observes them.</summary>
internal sealed class LocalTap(KubernetesClient client)
{
    private const string Namespace = "linkerd-viz";

    /// <summary>Applies the injector with the control plane: both start at once, so that the first pod of an application can be tapped.</summary>
    public Task StartInjectorAsync(CancellationToken cancel) =>
        ClusterControl.HasViz ? ManifestApplier.ApplyAsync(client, Documents("tap-injector"), cancel) : Task.CompletedTask;

    /// <summary>Waits for the injector, where it was applied.</summary>
    public Task WaitForInjectorAsync(CancellationToken cancel) =>
        ClusterControl.HasViz ? Rollouts.WaitAsync(client, Namespace, cancel) : Task.CompletedTask;

    /// <summary>Installs the service unless it is there. It is a meshed pod, so the control plane must be ready; nothing waits for it.</summary>
    public async Task EnsureServiceAsync(CancellationToken cancel)
    {
        if (ClusterControl.HasViz && await client.Resource(Resources.Deployments, Namespace).FindAsync("tap", cancel) is null)
            await ManifestApplier.ApplyAsync(client, Documents("tap"), cancel);
    }

    private static List<JsonObject> Documents(string service)
    {
        using var stream = typeof(LocalTap).Assembly.GetManifestResourceStream(service + ".yml") ?? throw new InvalidOperationException($"{service}.yml is not embedded");
        using var reader = new StreamReader(stream);
        var certificate = ControlPlaneCertificates.Webhook($"{service}.{Namespace}.svc", TimeProvider.System);
        var text = reader.ReadToEnd()
            .Replace("IMAGE", $"{MeshInstaller.Registry}/viz:{LinkerdVersion.Current}", StringComparison.Ordinal)
            .Replace("TLS_CERTIFICATE", Base64(certificate.CertificatePem), StringComparison.Ordinal)
            .Replace("TLS_PRIVATE", Base64(certificate.KeyPem), StringComparison.Ordinal);
        return [.. KubernetesYaml.ReadAll(text).OfType<JsonObject>()];
    }

    private static string Base64(string pem) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));
}
