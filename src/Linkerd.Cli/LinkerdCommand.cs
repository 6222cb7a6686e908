using System.CommandLine;
using Linkerd.Cli.Commands;
using Linkerd.Cli.Commands.Demo;
using Linkerd.Cli.Commands.Diagnostics;
using Linkerd.Cli.Commands.Inject;
using Linkerd.Cli.Commands.Install;
using Linkerd.Cli.Commands.Local;
using Linkerd.Cli.Commands.Viz;

namespace Linkerd.Cli;

/// <summary>The command tree of <c>linkerd</c>.</summary>
public static class LinkerdCommand
{
    /// <summary>Builds the tree; every command writes to <paramref name="terminal"/>.</summary>
    public static RootCommand Create(ITerminal terminal)
    {
        var root = new RootCommand("linkerd manages the Linkerd service mesh: on a Kubernetes cluster, or on this machine alone (linkerd local).");
        GlobalOptions.AddTo(root);
        root.Subcommands.Add(new VersionCommand(terminal));
        root.Subcommands.Add(new CompletionCommand(terminal));
        root.Subcommands.Add(new CheckCommand(terminal));
        root.Subcommands.Add(new InstallCommand(terminal));
        root.Subcommands.Add(new UpgradeCommand(terminal));
        root.Subcommands.Add(new PruneCommand(terminal));
        root.Subcommands.Add(new UninstallCommand(terminal));
        root.Subcommands.Add(new InjectCommand(terminal));
        root.Subcommands.Add(new UninjectCommand(terminal));
        root.Subcommands.Add(new VizCommand(terminal));
        root.Subcommands.Add(new DiagnosticsCommand(terminal));
        root.Subcommands.Add(new IdentityCommand(terminal));
        root.Subcommands.Add(new DemoCommand(terminal));
        root.Subcommands.Add(new LocalCommand(terminal));
        foreach (var moved in MovedCommand.All(terminal))
            root.Subcommands.Add(moved);
        return root;
    }
}
