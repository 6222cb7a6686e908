using System.CommandLine;
using Linkerd.Checks;
using Linkerd.Cli.Commands.Viz.Install;

namespace Linkerd.Cli.Commands.Viz;

/// <summary><c>linkerd viz check</c>: whether the viz extension is as it should be.</summary>
internal sealed class VizCheckCommand : CliCommand
{
    private const string Help = """
        Check the Linkerd Viz extension for potential problems

          linkerd viz check                  the extension
          linkerd viz check --proxy -n app   whether it has the metrics of a namespace, too

        Exit code 1 when a check fails; warnings do not count. `linkerd check` makes these checks too where the extension is installed.
        """;

    private readonly Option<bool> _proxy = new("--proxy") { Description = "Also run data-plane checks, to determine if the data plane is healthy" };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace to use for --proxy checks (default: all namespaces)" };
    private readonly Option<string> _wait = new("--wait") { Description = "Maximum allowed time for all tests to pass", DefaultValueFactory = _ => "5m0s" };
    private readonly Option<string> _output = OutputOption.Of("table", "json", "short");

    public VizCheckCommand(ITerminal terminal)
        : base("check", Help, terminal)
    {
        foreach (var option in (Option[])[_proxy, _namespace, _wait, _output])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = new CheckOptions
        {
            Viz = new VizCheckOptions
            {
                Namespace = arguments.GetValue(VizOptions.Namespace),
                Connect = MetricsApiProbe.ConnectAsync,
                IsBuiltIn = await BuiltInViz.IsHereAsync(arguments, cancellationToken),
            },
            Proxy = arguments.GetValue(_proxy),
            ControlPlaneNamespace = arguments.GetValue(GlobalOptions.LinkerdNamespace)!,
            DataPlaneNamespace = arguments.GetValue(_namespace),
            CliVersion = LinkerdVersion.Current,
            Wait = Durations.Parse(arguments.GetValue(_wait)!) ?? throw new CliException($"--wait: {arguments.GetValue(_wait)} is no duration such as 30s or 5m"),
        };
        var report = new CheckReport(Terminal.Out, arguments.GetValue(_output)!, Terminal.Colour);
        var success = await new CheckRunner(options, () => GlobalOptions.Connect(arguments)).RunAsync(report.Add, CheckCommand.Waiting(Terminal), cancellationToken);
        report.End(success);
        await Terminal.Out.FlushAsync(cancellationToken);
        return success ? ExitCodes.Success : ExitCodes.Failure;
    }
}
