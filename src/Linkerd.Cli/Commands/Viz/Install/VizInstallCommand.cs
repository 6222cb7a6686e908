using System.CommandLine;
using Linkerd.Charts;
using Linkerd.Charts.Values;
using Linkerd.Checks;
using Linkerd.Cli.Commands.Install;
using Linkerd.Cli.Commands.Local;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands.Viz.Install;

/// <summary><c>linkerd viz install</c>: the manifests of the viz extension.</summary>
internal sealed class VizInstallCommand : CliCommand
{
    private const string Help = """
        Output Kubernetes resources to install linkerd-viz extension

        Nothing is changed: the manifests go to standard output. The control plane must run already.
          linkerd viz install | kubectl apply -f -

        With high availability; with a Prometheus of your own; without any, the lightest way:
          linkerd viz install --ha | kubectl apply -f -
          linkerd viz install --set prometheus.enabled=false --set prometheusUrl=http://prometheus.monitoring:9090 | kubectl apply -f -
          linkerd viz install --set prometheus.enabled=false | kubectl apply -f -

        To change or upgrade it, apply the manifests again. The names of all values are in charts/linkerd-viz/values.yaml.
        """;

    private readonly Option<bool> _skipChecks = new("--skip-checks") { Description = "Do not check whether the control plane runs" };
    private readonly Option<bool> _ignoreCluster = new("--ignore-cluster") { Description = "Do not ask the cluster for what is there; for manifests that are applied later or elsewhere" };
    private readonly Option<bool> _ha = new("--ha") { Description = "Install Viz Extension in High Availability mode" };
    private readonly Option<string> _wait = new("--wait") { Description = "Wait for core control-plane components to be available", DefaultValueFactory = _ => "5m0s" };
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");
    private readonly HelmFlags _helm = new();

    public VizInstallCommand(ITerminal terminal)
        : base("install", Help, terminal)
    {
        foreach (var option in (Option[])[_skipChecks, _ignoreCluster, _ha, _wait, _output])
            Options.Add(option);
        _helm.AddTo(this);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var wait = Durations.Parse(arguments.GetValue(_wait)!) ?? throw new CliException($"--wait: {arguments.GetValue(_wait)} is no duration such as 30s or 5m");
        var given = await _helm.ReadAsync(arguments, Terminal, cancellationToken);
        var ignored = arguments.GetValue(_ignoreCluster);
        var skipped = arguments.GetValue(_skipChecks);
        if (!ignored && !skipped && await BuiltInViz.IsHereAsync(arguments, cancellationToken))
            return await NothingAsync(arguments, given.Count > 0 || arguments.GetValue(_ha));
        if (!ignored && !skipped && !await IsRunningAsync(arguments, wait, cancellationToken))
            return ExitCodes.Failure;
        var manifests = await VizRenderer.RenderAsync(arguments, given, arguments.GetValue(_ha), ignored, needsCluster: !skipped, cancellationToken);
        await ManifestWriter.WriteAsync(manifests, arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;
    }

    // A pipe into kubectl goes on: it gets the namespace, which is there as it is.
    private async Task<int> NothingAsync(ParseResult arguments, bool asksForMore)
    {
        if (asksForMore)
            throw new CliException(BuiltInViz.Refusal);
        await Terminal.Error.WriteLineAsync(BuiltInViz.Notice);
        await ManifestWriter.WriteAsync([LocalDashboard.NamespaceDocument()], arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;
    }

    // Pods of the extension are injected as they start, which takes a control plane that runs.
    private async Task<bool> IsRunningAsync(ParseResult arguments, TimeSpan wait, CancellationToken cancel)
    {
        var options = new CheckOptions { Core = true, ControlPlaneNamespace = arguments.GetValue(GlobalOptions.LinkerdNamespace)!, CliVersion = LinkerdVersion.Current, Wait = wait };
        var report = new CheckReport(Terminal.Error, "short", Terminal.Colour);
        if (await new CheckRunner(options, () => GlobalOptions.Connect(arguments)).RunAsync(report.Add, null, cancel))
            return true;
        await Terminal.Error.WriteLineAsync("\nThe viz extension needs a control plane that runs. To output its manifests regardless: --skip-checks");
        return false;
    }
}
