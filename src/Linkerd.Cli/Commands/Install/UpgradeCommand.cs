using System.CommandLine;
using Linkerd.Charts;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;
using Linkerd.Cli.Manifests;

namespace Linkerd.Cli.Commands.Install;

/// <summary><c>linkerd upgrade</c>: the manifests of this version with the settings and the issuer of what is installed.</summary>
internal sealed class UpgradeCommand : CliCommand
{
    private const string Help = """
        Output Kubernetes manifests to upgrade an existing Linkerd control plane

        Settings, trust anchors and issuer are taken over from the cluster; certificates of webhooks are made anew. Flags change settings for good.

          linkerd upgrade --crds | kubectl apply -f -
          linkerd upgrade | kubectl apply --prune -l linkerd.io/control-plane-ns=linkerd -f -
          linkerd prune | kubectl delete -f -

        Then restart the workloads, for new proxies:  kubectl -n NAMESPACE rollout restart deploy
        """;

    private readonly Option<bool> _crds = new("--crds") { Description = "Output the definitions of Linkerd's resources only" };
    private readonly Option<string?> _manifests = new("--from-manifests") { Description = "Read what is installed from this file rather than from the cluster; - is standard input" };
    private readonly Option<bool> _force = new("--force") { Description = "Go on where the trust anchors change and running proxies would lose their peers" };
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");
    private readonly InstallFlags _flags = new();
    private readonly HelmFlags _helm = new();

    public UpgradeCommand(ITerminal terminal)
        : base("upgrade", Help, terminal)
    {
        foreach (var option in (Option[])[_crds, _manifests, _force, _output])
            Options.Add(option);
        _flags.AddTo(this);
        _helm.AddTo(this);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var ns = arguments.GetValue(GlobalOptions.LinkerdNamespace)!;
        var given = await _helm.ReadAsync(arguments, Terminal, cancellationToken);
        var offline = arguments.GetValue(_manifests);
        using var client = offline is null ? GlobalOptions.Connect(arguments) : null;
        var cluster = client is null ? null : new TargetCluster(client, ns);
        if (arguments.GetValue(_crds))
        {
            await ManifestWriter.WriteAsync(await CrdRenderer.RenderAsync(cluster, ns, given, cancellationToken), arguments.GetValue(_output)!, Terminal);
            return ExitCodes.Success;
        }

        var installed = cluster is not null
            ? await InstalledValues.FromAsync(cluster, ns, cancellationToken)
            : InstalledValues.From(await ManifestReader.ReadAsync(offline!, Terminal, cancellationToken));
        var values = installed.Values.Copy();
        if (arguments.GetValue(_flags.HighlyAvailable))
            ValueFlag.Merge(values, ControlPlaneRenderer.HighAvailability());
        ValueFlag.Merge(values, _flags.Values(arguments));
        ValueFlag.Merge(values, given);
        await CheckAnchorsAsync(installed.TrustAnchors, values, arguments.GetValue(_force));
        IssuerCredentials.Complete(values, ns, TimeProvider.System);
        if (cluster is not null && await ReplicaPlacement.FitAsync(cluster, values, cancellationToken) is { } placement)
            await Terminal.Error.WriteLineAsync(placement);
        var capabilities = cluster is null ? ClusterCapabilities.Default : await cluster.CapabilitiesAsync(cancellationToken);
        if (cluster is not null && arguments.GetValue(_flags.HighlyAvailable))
            await ReplicaPlacement.WarnAsync(cluster, capabilities, Terminal, cancellationToken);
        await ManifestWriter.WriteAsync(ControlPlaneRenderer.Render(values, ns, capabilities, upgrade: true), arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;
    }

    private async Task CheckAnchorsAsync(string before, ValueMap values, bool force)
    {
        var after = values.Find("identityTrustAnchorsPEM") as string ?? "";
        if (after.Trim() == before.Trim())
            return;
        if (!force && !after.Contains(before.Trim(), StringComparison.Ordinal))
        {
            throw new CliException("""
                The new trust anchors do not hold the ones in use: proxies that run would no longer trust those that start.
                Give a file with both the old and the new ones, restart all workloads, and only then leave out the old ones. --force goes on regardless.
                """);
        }

        await Terminal.Error.WriteLineAsync("warning: the trust anchors change. Restart all meshed workloads afterwards: kubectl -n NAMESPACE rollout restart deploy");
    }
}
