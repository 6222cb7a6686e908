using System.CommandLine;

namespace Linkerd.Cli.Commands.Diagnostics;

/// <summary><c>linkerd diagnostics</c>: what the control plane tells proxies, and what proxies know.</summary>
public sealed class DiagnosticsCommand : Command
{
    /// <summary>Creates the command with its subcommands.</summary>
    public DiagnosticsCommand(ITerminal terminal)
        : base("diagnostics", "Commands used to diagnose Linkerd components")
    {
        Aliases.Add("dg");
        Subcommands.Add(new EndpointsCommand(terminal));
        Subcommands.Add(new ProfileCommand(terminal));
        Subcommands.Add(new PolicyCommand(terminal));
        Subcommands.Add(new ProxyMetricsCommand(terminal));
        Subcommands.Add(new ControllerMetricsCommand(terminal));
        Subcommands.Add(new InstallProfilesCommand(terminal));
    }
}
