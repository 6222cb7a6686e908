using System.CommandLine;

namespace Linkerd.Cli.Commands.Demo;

/// <summary><c>linkerd demo</c>: applications to try the mesh with.</summary>
public sealed class DemoCommand : Command
{
    /// <summary>Creates the command with its subcommands.</summary>
    public DemoCommand(ITerminal terminal)
        : base("demo", "Applications to try the mesh with")
    {
        Subcommands.Add(new DemoManifestCommand(terminal));
        Subcommands.Add(new DemoOpenApiCommand(terminal));
    }
}
