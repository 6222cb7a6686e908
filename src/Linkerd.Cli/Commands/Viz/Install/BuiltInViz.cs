using System.CommandLine;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands.Viz.Install;

/// <summary>The viz extension of a cluster of <c>linkerd local</c>: it came with the cluster, and its parts are not those of the chart.</summary>
internal static class BuiltInViz
{
    /// <summary>Why nothing is installed.</summary>
    public const string Notice = """
        This cluster is one of linkerd local: its dashboard and tap came with it, and viz commands ask its proxies themselves. Nothing needs to be installed.
        To open it: linkerd viz dashboard
        """;

    /// <summary>Why values are not taken.</summary>
    public const string Refusal = Notice + """

        Its parts are not those of the chart, so that values and --ha do not apply. To change an argument: kubectl -n linkerd-viz edit deploy/web
        To output the chart's manifests regardless, for another cluster: --ignore-cluster
        """;

    private const string Namespace = "linkerd-viz";
    private const string LocalNode = "linkerd-local://";

    /// <summary>Whether the cluster is such a one. False when it cannot be asked: the check that follows says why.</summary>
    public static async Task<bool> IsHereAsync(ParseResult arguments, CancellationToken cancel)
    {
        try
        {
            using var client = GlobalOptions.Connect(arguments);
            await foreach (var node in client.Resource(Resources.Nodes).ListAllAsync(cancel: cancel))
            {
                if (node.Spec?.ProviderID?.StartsWith(LocalNode, StringComparison.Ordinal) == true)
                    return await client.Resource(Resources.Deployments, Namespace).FindAsync("web", cancel) is not null;
            }
        }
        catch (Exception e) when (e is KubernetesException or KubeConfigException or CliException)
        {
            return false;
        }

        return false;
    }
}
