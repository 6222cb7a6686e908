using System.CommandLine;

namespace Linkerd.Cli.Commands;

/// <summary>A command of older versions that has another name now: it says which.</summary>
public sealed class MovedCommand : Command
{
    private MovedCommand(string name, string now, ITerminal terminal)
        : base(name, "Use " + now)
    {
        Hidden = true;
        TreatUnmatchedTokensAsErrors = false;
        SetAction(_ =>
        {
            terminal.Error.WriteLine($"linkerd {name} has another name: use {now}");
            return ExitCodes.Failure;
        });
    }

    /// <summary>All of them.</summary>
    public static IEnumerable<Command> All(ITerminal terminal) =>
    [
        new MovedCommand("dashboard", "linkerd viz dashboard", terminal),
        new MovedCommand("edges", "linkerd viz edges", terminal),
        new MovedCommand("endpoints", "linkerd diagnostics endpoints", terminal),
        new MovedCommand("get", "kubectl get", terminal),
        new MovedCommand("metrics", "linkerd diagnostics proxy-metrics", terminal),
        new MovedCommand("routes", "linkerd viz routes", terminal),
        new MovedCommand("stat", "linkerd viz stat", terminal),
        new MovedCommand("tap", "linkerd viz tap", terminal),
        new MovedCommand("top", "linkerd viz top", terminal),
    ];
}
