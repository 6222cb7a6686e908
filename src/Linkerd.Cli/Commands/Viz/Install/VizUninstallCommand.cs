using System.CommandLine;
using Linkerd.Cli.Commands.Install;

namespace Linkerd.Cli.Commands.Viz.Install;

/// <summary><c>linkerd viz uninstall</c>: all objects of the viz extension, to be deleted.</summary>
internal sealed class VizUninstallCommand : CliCommand
{
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");

    public VizUninstallCommand(ITerminal terminal)
        : base("uninstall", "Output Kubernetes resources to uninstall the linkerd-viz extension\n\n  linkerd viz uninstall | kubectl delete -f -", terminal) => Options.Add(_output);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var client = GlobalOptions.Connect(arguments);
        var objects = await MeshResources.OfExtensionAsync(client, "viz", cancellationToken);
        if (objects.Count == 0)
            throw new CliException($"There is nothing to uninstall: no object has the label {VizExtension.Selector}");
        await ManifestWriter.WriteAsync(objects, arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;
    }
}
