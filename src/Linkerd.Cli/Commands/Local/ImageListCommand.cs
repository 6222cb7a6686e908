using System.CommandLine;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary><c>linkerd local image list</c>.</summary>
public sealed class ImageListCommand(ITerminal terminal) : LocalAction("list", "List the images that were loaded", terminal)
{
    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ClusterControl cluster, ParseResult arguments, CancellationToken cancellationToken)
    {
        foreach (var name in await cluster.ImagesAsync(cancellationToken))
            await Terminal.Out.WriteLineAsync(name);
        return ExitCodes.Success;
    }
}
