using System.CommandLine;
using Linkerd.Cli.Commands.Install;

namespace Linkerd.Cli.Commands.Viz.Install;

/// <summary><c>linkerd viz prune</c>: the objects of the viz extension that this version, with these settings, no longer has.</summary>
internal sealed class VizPruneCommand : CliCommand
{
    private const string Help = """
        Output extraneous Kubernetes resources in the linkerd-viz extension

        What an earlier version or setting installed and this one does not, to be deleted after an upgrade. Give the flags that it was installed with:
          linkerd viz prune --ha | kubectl delete -f -
        """;

    // What `linkerd viz allow-scrapes` makes has the extension's label too, in namespaces of applications.
    private static readonly HashSet<(string Kind, string Name)> s_scrapes =
        [.. ScrapePolicies.Of("any", "any").Select(static d => MeshResources.Key(d)).Select(static k => (k.Kind, k.Name))];

    private readonly Option<bool> _ha = new("--ha") { Description = "The extension was installed with --ha" };
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");
    private readonly HelmFlags _helm = new();

    public VizPruneCommand(ITerminal terminal)
        : base("prune", Help, terminal)
    {
        Options.Add(_ha);
        Options.Add(_output);
        _helm.AddTo(this);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var given = await _helm.ReadAsync(arguments, Terminal, cancellationToken);
        using var client = GlobalOptions.Connect(arguments);
        var ns = arguments.GetValue(VizOptions.Namespace) ?? VizExtension.DefaultNamespace;
        var current = (await VizRenderer.RenderAsync(arguments, given, arguments.GetValue(_ha), ignoreCluster: false, needsCluster: true, cancellationToken))
            .Select(static m => (m.Kind, m.Namespace, m.Name))
            .ToHashSet();
        var extra = (await MeshResources.OfExtensionAsync(client, "viz", cancellationToken)).Where(o => !IsKept(MeshResources.Key(o)));
        await ManifestWriter.WriteAsync(extra, arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;

        bool IsKept((string Kind, string Namespace, string Name) key) =>
            current.Contains(key) || (key.Namespace.Length > 0 && key.Namespace != ns && s_scrapes.Contains((key.Kind, key.Name)));
    }
}
