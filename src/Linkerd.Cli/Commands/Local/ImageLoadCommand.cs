using System.CommandLine;
using Linkerd.Local.Cluster;

namespace Linkerd.Cli.Commands.Local;

/// <summary><c>linkerd local image load</c>.</summary>
public sealed class ImageLoadCommand : LocalAction
{
    private readonly Argument<string[]> _archives = new("archive") { Description = "OCI archives, or what `docker save` wrote", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _name = new("--name") { Description = "The name that pods use, instead of the archive's own" };

    /// <summary>Creates the command.</summary>
    public ImageLoadCommand(ITerminal terminal)
        : base("load", "Load images from archives", terminal)
    {
        Arguments.Add(_archives);
        Options.Add(_name);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ClusterControl cluster, ParseResult arguments, CancellationToken cancellationToken)
    {
        foreach (var archive in arguments.GetValue(_archives)!)
        {
            if (!File.Exists(archive))
                throw new CliException($"{archive}: no such file");
            foreach (var name in await cluster.LoadImageAsync(archive, arguments.GetValue(_name), cancellationToken))
                await Terminal.Out.WriteLineAsync(name);
        }

        return ExitCodes.Success;
    }
}
