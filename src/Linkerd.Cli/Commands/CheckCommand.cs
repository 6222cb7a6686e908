using System.CommandLine;
using System.CommandLine.Parsing;
using Linkerd.Checks;
using Linkerd.Cli.Commands.Local;
using Linkerd.Cli.Extensions;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands;

/// <summary><c>linkerd check</c>: whether the cluster, the control plane and the data plane are as they should be.</summary>
internal sealed class CheckCommand : CliCommand
{
    private const string Help = """
        Check the Linkerd installation for potential problems

          linkerd check --pre            whether the control plane can be installed
          linkerd check                  the control plane
          linkerd check --proxy -n app   the data plane of a namespace too

        Exit code 1 when a check fails; warnings do not count.
        """;

    private readonly Option<bool> _pre = new("--pre") { Description = "Only run pre-installation checks, to determine if the control plane can be installed" };
    private readonly Option<bool> _crds = new("--crds") { Description = "Only run checks which determine if the Linkerd CRDs have been installed" };
    private readonly Option<bool> _proxy = new("--proxy") { Description = "Also run data-plane checks, to determine if the data plane is healthy" };
    private readonly Option<bool> _cni = new("--linkerd-cni-enabled") { Description = "Also check the linkerd-cni plugin" };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace to use for --proxy checks (default: all namespaces)" };
    private readonly Option<string?> _expected = new("--expected-version") { Description = "The version that everything should have; nothing is asked over the network for it" };
    private readonly Option<string?> _cliVersion = new("--cli-version-override") { Description = "Version of the CLI for comparisons, for testing" };
    private readonly Option<string> _wait = new("--wait") { Description = "Maximum allowed time for all tests to pass", DefaultValueFactory = _ => "5m0s" };
    private readonly Option<string> _output = OutputOption.Of("table", "json", "short");

    public CheckCommand(ITerminal terminal)
        : base("check", Help, terminal)
    {
        foreach (var option in (Option[])[_pre, _crds, _proxy, _cni, _namespace, _expected, _cliVersion, _wait, _output])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_pre) && (arguments.GetValue(_proxy) || arguments.GetValue(_crds)))
            throw new CliException("--pre is for a cluster without Linkerd: it cannot be used with --proxy or --crds");
        var wait = Durations.Parse(arguments.GetValue(_wait)!) ?? throw new CliException($"--wait: {arguments.GetValue(_wait)} is no duration such as 30s or 5m");
        var options = new CheckOptions
        {
            Pre = arguments.GetValue(_pre),
            Crds = arguments.GetValue(_crds),
            Proxy = arguments.GetValue(_proxy),
            Cni = arguments.GetValue(_cni),
            ControlPlaneNamespace = arguments.GetValue(GlobalOptions.LinkerdNamespace)!,
            CniNamespace = arguments.GetValue(GlobalOptions.CniNamespace)!,
            DataPlaneNamespace = arguments.GetValue(_namespace),
            CliVersion = arguments.GetValue(_cliVersion) ?? LinkerdVersion.Current,
            ExpectedVersion = arguments.GetValue(_expected),
            Wait = wait,
        };
        var report = new CheckReport(Terminal.Out, arguments.GetValue(_output)!, Terminal.Colour);
        var runner = new CheckRunner(options, () => GlobalOptions.Connect(arguments));
        var success = await runner.RunAsync(report.Add, Waiting(Terminal), cancellationToken);
        if (!options.Pre && !options.Crds)
            success &= await ExtensionsAsync(arguments, options.HintBase, report, cancellationToken);
        report.End(success);
        await Terminal.Out.FlushAsync(cancellationToken);
        return success ? ExitCodes.Success : ExitCodes.Failure;
    }

    private async Task<bool> ExtensionsAsync(ParseResult arguments, string hintBase, CheckReport report, CancellationToken cancel)
    {
        // Commands of ours that have checks of their own are extensions in this program.
        var self = arguments.RootCommandResult.Command.Subcommands.Where(c => c.Subcommands.Any(s => s.Name == "check"))
            .ToDictionary(c => c.Name, c => SelfCommand.With(c.Name));
        try
        {
            using var client = GlobalOptions.Connect(arguments);
            return await new ExtensionChecks(Terminal.SearchPath, PassedOn(arguments), self, hintBase).RunAsync(client, report.Add, cancel);
        }
        catch (Exception e) when (e is KubernetesException or CliException)
        {
            // The first check has said already why the cluster cannot be asked.
            return false;
        }
    }

    /// <summary>The flags that extensions take too, as they were given.</summary>
    private List<string> PassedOn(ParseResult arguments)
    {
        var flags = new List<string>();
        foreach (var option in (Option[])[GlobalOptions.ApiAddr, GlobalOptions.Context, GlobalOptions.As, GlobalOptions.AsGroup, GlobalOptions.KubeConfig, GlobalOptions.LinkerdNamespace, GlobalOptions.Verbose, _namespace, _proxy, _wait])
        {
            if (arguments.GetResult(option) is not { Implicit: false } result)
                continue;
            if (result.Tokens.Count == 0)
                flags.Add(option.Name);
            flags.AddRange(result.Tokens.Select(t => $"{option.Name}={t.Value}"));
        }

        return flags;
    }

    // Said once for each thing that is waited for, so that a log stays readable.
    internal static Action<string> Waiting(ITerminal terminal)
    {
        var last = "";
        return message =>
        {
            if (message != last)
                terminal.Error.WriteLine($"waiting: {last = message}");
        };
    }
}
