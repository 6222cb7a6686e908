using System.CommandLine;

namespace Linkerd.Cli.Commands.Viz;

/// <summary>A command of Linkerd's viz extension that this version does not have: it says so, and what to do instead.</summary>
internal sealed class MissingVizCommand : Command
{
    private MissingVizCommand(string name, string instead, ITerminal terminal)
        : base(name, "Not in this version")
    {
        Hidden = true;
        TreatUnmatchedTokensAsErrors = false;
        SetAction(_ =>
        {
            terminal.Error.WriteLine($"linkerd viz {name}: {instead}");
            return ExitCodes.Failure;
        });
    }

    /// <summary>All of them.</summary>
    public static IEnumerable<Command> All(ITerminal terminal) =>
    [
        new MissingVizCommand("stat-inbound", "not in this version. For what reaches a workload: linkerd viz stat deploy/NAME; per Server: linkerd viz authz deploy/NAME", terminal),
        new MissingVizCommand("stat-outbound", "not in this version. For what a workload sends: linkerd viz stat deploy --from deploy/NAME; per route: linkerd viz routes deploy/NAME --to svc/OTHER -o wide", terminal),
    ];
}
