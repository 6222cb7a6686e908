using System.CommandLine;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary><c>linkerd local kubeconfig</c>: prints the path.</summary>
public sealed class KubeconfigCommand(ITerminal terminal) : LocalAction("kubeconfig", "Print the path of the cluster's kubeconfig: export KUBECONFIG=$(linkerd local kubeconfig)", terminal)
{
    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ClusterControl cluster, ParseResult arguments, CancellationToken cancellationToken)
    {
        if (!File.Exists(cluster.Paths.Kubeconfig))
            throw new CliException("there is no cluster yet; make one with: linkerd local up --detach");
        await Terminal.Out.WriteLineAsync(cluster.Paths.Kubeconfig);
        return ExitCodes.Success;
    }
}
