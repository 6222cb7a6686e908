using System.CommandLine;
using Linkerd.Charts;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;
using Linkerd.Cli.Commands.Install;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands.Viz.Install;

/// <summary>Renders the viz extension with what the control plane was installed with: the cluster's domain, the trust domain, CNI or not.</summary>
internal static class VizRenderer
{
    private const string Registry = "LINKERD_DOCKER_REGISTRY";

    // Keys of the control plane that the extension must agree with.
    private static readonly string[] s_shared = ["clusterDomain", "identityTrustDomain", "cniEnabled"];

    /// <summary>All objects in an order in which they can be applied.</summary>
    /// <param name="arguments">For the cluster and the namespaces.</param>
    /// <param name="given">Values of the user, which win.</param>
    /// <param name="ha">Whether the values for high availability are laid over the defaults.</param>
    /// <param name="ignoreCluster">Renders for no cluster in particular.</param>
    /// <param name="needsCluster">Whether a cluster that does not answer is an error; otherwise it is ignored.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<IReadOnlyList<Manifest>> RenderAsync(ParseResult arguments, ValueMap given, bool ha, bool ignoreCluster, bool needsCluster, CancellationToken cancel)
    {
        var linkerd = arguments.GetValue(GlobalOptions.LinkerdNamespace)!;
        var ns = arguments.GetValue(VizOptions.Namespace) ?? VizExtension.DefaultNamespace;
        var values = ha ? EmbeddedCharts.Viz.Values("values-ha.yaml") : [];
        values["cliVersion"] = "linkerd/cli " + LinkerdVersion.Current;
        values["linkerdVersion"] = LinkerdVersion.Current;
        values["linkerdNamespace"] = linkerd;
        if (Environment.GetEnvironmentVariable(Registry) is { Length: > 0 } registry)
            values["defaultRegistry"] = registry.TrimEnd('/');
        var capabilities = ignoreCluster ? ClusterCapabilities.Default : await FitAsync(arguments, values, linkerd, needsCluster, cancel);
        ValueFlag.Merge(values, given);
        var release = new ChartRelease { Name = "linkerd-viz", Namespace = ns };
        return Charts.Manifests.Of(new ChartRenderer(EmbeddedCharts.Viz, release, capabilities).Render(values));
    }

    private static async Task<ClusterCapabilities> FitAsync(ParseResult arguments, ValueMap values, string linkerd, bool needsCluster, CancellationToken cancel)
    {
        try
        {
            using var client = GlobalOptions.Connect(arguments);
            var cluster = new TargetCluster(client, linkerd);
            var capabilities = await cluster.CapabilitiesAsync(cancel);
            if (await cluster.ConfigAsync("linkerd-config", "values", cancel) is { } text)
            {
                var installed = YamlReader.ReadMap(text);
                foreach (var key in s_shared)
                {
                    if (installed.Find(key) is { } value)
                        values[key] = value;
                }
            }

            return capabilities;
        }
        catch (Exception e) when (!needsCluster && e is (CliException or KubernetesException { IsUnreachable: true }))
        {
            return ClusterCapabilities.Default;
        }
    }
}
