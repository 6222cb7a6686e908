using System.CommandLine;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary><c>linkerd local reset</c>.</summary>
public sealed class ResetCommand(ITerminal terminal) : LocalAction("reset", "Take the cluster down and delete all its state", terminal)
{
    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ClusterControl cluster, ParseResult arguments, CancellationToken cancellationToken)
    {
        await cluster.StopAsync(cancellationToken);
        await cluster.ResetAsync(cancellationToken);
        await Terminal.Error.WriteLineAsync($"Deleted {cluster.Paths.Home}.");
        return ExitCodes.Success;
    }
}
