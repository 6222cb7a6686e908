using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Inject.Values;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Cli.Manifests;

/// <summary>The values that the control plane was installed with, as it stores them.</summary>
public static class MeshConfig
{
    /// <summary>Reads ConfigMap <c>linkerd-config</c>.</summary>
    /// <exception cref="CliException">There is none, or it cannot be read; the message says what to do.</exception>
    public static async Task<InjectValues> ReadAsync(KubernetesClient client, string ns, CancellationToken cancellationToken)
    {
        var map = await client.Resource(Resources.ConfigMaps, ns).FindAsync("linkerd-config", cancellationToken)
            ?? throw new CliException($"You need Linkerd to be installed in order to inject: there is no ConfigMap linkerd-config in namespace {ns}. Install it, name its namespace with -L, or use --ignore-cluster");
        try
        {
            var values = KubernetesYaml.Read(map.Data?.GetValueOrDefault("values") ?? "");
            return InjectValues.From(values as JsonObject ?? []);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw new CliException($"ConfigMap linkerd-config, key values: {e.Message}", e);
        }
    }
}
