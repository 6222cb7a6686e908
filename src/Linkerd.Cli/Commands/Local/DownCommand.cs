using System.CommandLine;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary><c>linkerd local down</c>.</summary>
public sealed class DownCommand(ITerminal terminal) : LocalAction("down", "Take the cluster down; its state stays for the next start", terminal)
{
    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ClusterControl cluster, ParseResult arguments, CancellationToken cancellationToken)
    {
        await Terminal.Error.WriteLineAsync(await cluster.StopAsync(cancellationToken) ? "The cluster is down." : "The cluster was not up.");
        return ExitCodes.Success;
    }
}
