using System.CommandLine;

namespace Linkerd.Cli.Commands.Local;

/// <summary><c>linkerd local image</c>.</summary>
public sealed class ImageCommand : Command
{
    /// <summary>Creates the command with its subcommands.</summary>
    public ImageCommand(ITerminal terminal)
        : base("image", "Images that the cluster's pods can use")
    {
        Subcommands.Add(new ImageLoadCommand(terminal));
        Subcommands.Add(new ImageListCommand(terminal));
    }
}
