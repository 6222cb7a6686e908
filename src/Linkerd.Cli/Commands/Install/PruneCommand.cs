using System.CommandLine;

namespace Linkerd.Cli.Commands.Install;

/// <summary><c>linkerd prune</c>: the objects of the control plane that this version no longer has.</summary>
internal sealed class PruneCommand : CliCommand
{
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");

    public PruneCommand(ITerminal terminal)
        : base("prune", "Output extraneous Kubernetes resources in the linkerd control plane\n\nWhat an earlier version or setting installed and this one does not, to be deleted after an upgrade:\n  linkerd prune | kubectl delete -f -", terminal) => Options.Add(_output);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var ns = arguments.GetValue(GlobalOptions.LinkerdNamespace)!;
        using var client = GlobalOptions.Connect(arguments);
        var cluster = new TargetCluster(client, ns);
        var installed = await InstalledValues.FromAsync(cluster, ns, cancellationToken);
        var current = ControlPlaneRenderer.Render(installed.Values, ns, await cluster.CapabilitiesAsync(cancellationToken), upgrade: true)
            .Concat(await CrdRenderer.RenderAsync(cluster, ns, [], cancellationToken))
            .Select(m => (m.Kind, m.Namespace, m.Name))
            .ToHashSet();
        var extra = (await MeshResources.FindAsync(client, ns, cancellationToken)).Where(o => !current.Contains(MeshResources.Key(o)));
        await ManifestWriter.WriteAsync(extra, arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;
    }
}
