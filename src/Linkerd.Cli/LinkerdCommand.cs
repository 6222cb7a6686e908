using System.CommandLine;
using Linkerd.Cli.Commands;
using Linkerd.Cli.Commands.Authz;
using Linkerd.Cli.Commands.Demo;
using Linkerd.Cli.Commands.Diagnostics;
using Linkerd.Cli.Commands.Explain;
using Linkerd.Cli.Commands.Inject;
using Linkerd.Cli.Commands.Install;
using Linkerd.Cli.Commands.Local;
using Linkerd.Cli.Commands.Profile;
using Linkerd.Cli.Commands.Viz;
using Linkerd.Cli.Extensions;

namespace Linkerd.Cli;

/// <summary>The command tree of <c>linkerd</c>.</summary>
public static class LinkerdCommand
{
    /// <summary>Runs a command line, ours or an extension's.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(ITerminal terminal, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var root = Create(terminal);
        if (await PluginCommand.TryRunAsync(root, arguments, terminal, terminal.SearchPath) is { } code)
            return code;
        var parsed = root.Parse(LeadingNamespace.Move(root, arguments));
        if (UsageFault.TextOf(parsed) is not { } fault)
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error }, cancellationToken);
        await terminal.Error.WriteAsync(fault);
        return ExitCodes.Failure;
    }

    /// <summary>Builds the tree; every command writes to <paramref name="terminal"/>.</summary>
    public static RootCommand Create(ITerminal terminal)
    {
        var root = new RootCommand("linkerd manages the Linkerd service mesh: on a Kubernetes cluster, or on this machine alone (linkerd local).");
        GlobalOptions.AddTo(root);
        root.Subcommands.Add(new VersionCommand(terminal));
        root.Subcommands.Add(new CompletionCommand(terminal));
        root.Subcommands.Add(new CheckCommand(terminal));
        root.Subcommands.Add(new InstallCommand(terminal));
        root.Subcommands.Add(new InstallCniCommand(terminal));
        root.Subcommands.Add(new UpgradeCommand(terminal));
        root.Subcommands.Add(new PruneCommand(terminal));
        root.Subcommands.Add(new UninstallCommand(terminal));
        root.Subcommands.Add(new InjectCommand(terminal));
        root.Subcommands.Add(new UninjectCommand(terminal));
        root.Subcommands.Add(new ServiceProfileCommand(terminal));
        root.Subcommands.Add(new AuthzCommand(terminal));
        root.Subcommands.Add(new VizCommand(terminal));
        root.Subcommands.Add(new ExplainCommand(terminal));
        root.Subcommands.Add(new DiagnosticsCommand(terminal));
        root.Subcommands.Add(new IdentityCommand(terminal));
        root.Subcommands.Add(new DemoCommand(terminal));
        root.Subcommands.Add(new LocalCommand(terminal));
        DeprecatedCommand.AddTo(root, terminal);
        foreach (var moved in MovedCommand.All(terminal))
            root.Subcommands.Add(moved);
        return root;
    }
}
