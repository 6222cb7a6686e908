using System.CommandLine;
using Linkerd.Cli.Commands.Viz.Install;
using Linkerd.Cli.Commands.Viz.Policies;
using Linkerd.Cli.Commands.Viz.Tap;
using Linkerd.Cli.Commands.Viz.Top;

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
        Subcommands.Add(new VizInstallCommand(terminal));
        Subcommands.Add(new VizUninstallCommand(terminal));
        Subcommands.Add(new VizPruneCommand(terminal));
        Subcommands.Add(new VizCheckCommand(terminal));
        Subcommands.Add(new AllowScrapesCommand(terminal));
        Subcommands.Add(new DashboardCommand(terminal));
        Subcommands.Add(new StatCommand(terminal));
        Subcommands.Add(new StatInboundCommand(terminal));
        Subcommands.Add(new StatOutboundCommand(terminal));
        Subcommands.Add(new EdgesCommand(terminal));
        Subcommands.Add(new RoutesCommand(terminal));
        Subcommands.Add(new VizAuthzCommand(terminal));
        Subcommands.Add(new TapCommand(terminal));
        Subcommands.Add(new TopCommand(terminal));
        Subcommands.Add(new ListCommand(terminal));
        Subcommands.Add(new VizProfileCommand(terminal));
        Subcommands.Add(new VizPolicyCommand(terminal));
    }
}
