using System.CommandLine;

namespace Linkerd.Cli.Commands.Viz;

/// <summary><c>linkerd viz</c>: what happens in the mesh.</summary>
public sealed class VizCommand : Command
{
    /// <summary>Creates the command with its subcommands.</summary>
    public VizCommand(ITerminal terminal)
        : base("viz", "Show what happens in the mesh: success rates, latencies, who talks to whom")
    {
        Options.Add(VizOptions.Namespace);
        Options.Add(VizOptions.PrometheusUrl);
        Subcommands.Add(new DashboardCommand(terminal));
        Subcommands.Add(new StatCommand(terminal));
        Subcommands.Add(new EdgesCommand(terminal));
    }
}
