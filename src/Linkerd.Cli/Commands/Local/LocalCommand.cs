using System.CommandLine;

namespace Linkerd.Cli.Commands.Local;

/// <summary><c>linkerd local</c>: a cluster with the mesh on this machine alone.</summary>
public sealed class LocalCommand : Command
{
    /// <summary>Creates the command with its subcommands.</summary>
    public LocalCommand(ITerminal terminal)
        : base("local", "Run a cluster with the mesh on this machine, in namespaces of its own; for trying, developing and testing")
    {
        Subcommands.Add(new UpCommand(terminal));
        Subcommands.Add(new DownCommand(terminal));
        Subcommands.Add(new StatusCommand(terminal));
        Subcommands.Add(new LocalDemoCommand(terminal));
        Subcommands.Add(new KubeconfigCommand(terminal));
        Subcommands.Add(new ImageCommand(terminal));
        Subcommands.Add(new LogsCommand(terminal));
        Subcommands.Add(new ExecCommand(terminal));
        Subcommands.Add(new ResetCommand(terminal));
        Subcommands.Add(new SupervisorCommand());
        Subcommands.Add(new NodeCommand());
    }
}
