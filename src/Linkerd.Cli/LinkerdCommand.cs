using System.CommandLine;
using Linkerd.Cli.Commands;

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
        root.Subcommands.Add(new Commands.Viz.VizCommand(terminal));
        return root;
    }
}
