using System.CommandLine;

namespace Linkerd.Cli.Commands;

/// <summary>A command of older versions, or of an extension, that is found elsewhere now: it says where.</summary>
public sealed class MovedCommand : Command
{
    private MovedCommand(string name, string what, ITerminal terminal)
        : base(name, what)
    {
        Hidden = true;
        TreatUnmatchedTokensAsErrors = false;
        SetAction(_ =>
        {
            terminal.Error.WriteLine($"linkerd {name}: {what}");
            return ExitCodes.Failure;
        });
    }

    /// <summary>All of them.</summary>
    public static IEnumerable<Command> All(ITerminal terminal) =>
    [
        new MovedCommand("endpoints", "it has another name: use linkerd diagnostics endpoints", terminal),
        new MovedCommand("get", "use kubectl get", terminal),
        new MovedCommand("metrics", "it has another name: use linkerd diagnostics proxy-metrics", terminal),
        new MovedCommand("install-sp", "it has another name: use linkerd diagnostics install-sp", terminal),
    ];
}
