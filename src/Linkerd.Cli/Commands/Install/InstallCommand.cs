using System.CommandLine;
using Linkerd.Charts;
using Linkerd.Charts.Values;

namespace Linkerd.Cli.Commands.Install;

/// <summary><c>linkerd install</c>: the manifests of the control plane, or with <c>--crds</c> those of its resource definitions.</summary>
internal sealed class InstallCommand : CliCommand
{
    private const string Help = """
        Output Kubernetes manifests to install Linkerd

        Nothing is changed: the manifests go to standard output, all that is said about them to standard error.

        First the definitions of Linkerd's resources, then the control plane:
          linkerd install --crds | kubectl apply -f -
          linkerd install | kubectl apply -f -

        With high availability, with values of your own, with certificates of your own:
          linkerd install --ha | kubectl apply -f -
          linkerd install --set proxy.logLevel=debug -f values.yaml | kubectl apply -f -
          linkerd install --identity-trust-anchors-file ca.crt --identity-issuer-certificate-file issuer.crt --identity-issuer-key-file issuer.key | kubectl apply -f -

        Without certificates, a trust anchor and issuer of one year is generated. The names of all values are in charts/linkerd-control-plane/values.yaml.
        """;

    private readonly Option<bool> _crds = new("--crds") { Description = "Output the definitions of Linkerd's resources only" };
    private readonly Option<bool> _ignoreCluster = new("--ignore-cluster") { Description = "Do not ask the cluster for what is there; for manifests that are applied later or elsewhere" };
    private readonly Option<string?> _clusterDomain = new("--cluster-domain") { Description = "DNS domain of the cluster (default cluster.local)" };
    private readonly Option<string?> _trustDomain = new("--identity-trust-domain") { Description = "Trust domain, the end of every identity (default: the cluster's domain)" };
    private readonly Option<bool> _externalIssuer = new("--identity-external-issuer") { Description = "The issuer is in a Secret linkerd-identity-issuer of type kubernetes.io/tls that is kept by cert-manager or the like" };
    private readonly Option<bool> _externalCa = new("--identity-external-ca") { Description = "The ConfigMap linkerd-identity-trust-roots is kept by trust-manager or the like" };
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");
    private readonly InstallFlags _flags = new();
    private readonly HelmFlags _helm = new();

    public InstallCommand(ITerminal terminal)
        : base("install", Help, terminal)
    {
        foreach (var option in (Option[])[_crds, _ignoreCluster, _clusterDomain, _trustDomain, _externalIssuer, _externalCa, _output])
            Options.Add(option);
        _flags.AddTo(this);
        _helm.AddTo(this);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var ns = arguments.GetValue(GlobalOptions.LinkerdNamespace)!;
        var given = await _helm.ReadAsync(arguments, Terminal, cancellationToken);
        using var client = arguments.GetValue(_ignoreCluster) ? null : GlobalOptions.Connect(arguments);
        var cluster = client is null ? null : new TargetCluster(client, ns);
        return arguments.GetValue(_crds)
            ? await CrdsAsync(cluster, ns, given, arguments, cancellationToken)
            : await ControlPlaneAsync(cluster, ns, given, arguments, cancellationToken);
    }

    private async Task<int> CrdsAsync(TargetCluster? cluster, string ns, ValueMap given, ParseResult arguments, CancellationToken cancel)
    {
        await Terminal.Error.WriteLineAsync("Rendering Linkerd CRDs...");
        await Terminal.Error.WriteLineAsync("Next, run `linkerd install | kubectl apply -f -` to install the control plane.\n");
        await ManifestWriter.WriteAsync(await CrdRenderer.RenderAsync(cluster, ns, given, cancel), arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;
    }

    private async Task<int> ControlPlaneAsync(TargetCluster? cluster, string ns, ValueMap given, ParseResult arguments, CancellationToken cancel)
    {
        var values = Values(arguments, given);
        IReadOnlyList<Manifest> missing = [];
        var capabilities = ClusterCapabilities.Default;
        if (cluster is not null)
        {
            if (await cluster.IsInstalledAsync(cancel))
            {
                throw new CliException($"""
                    Linkerd is installed already: there is a ConfigMap linkerd-config in namespace {ns}.
                    To change or renew it:   linkerd upgrade | kubectl apply --prune -l linkerd.io/control-plane-ns={ns} -f -
                    To start anew, first:    linkerd uninstall | kubectl delete -f -
                    """);
            }

            missing = await CrdRenderer.MissingAsync(cluster, ns, cancel);
            capabilities = await cluster.CapabilitiesAsync(cancel);
            await FitAsync(cluster, values, capabilities, arguments.GetValue(_flags.HighlyAvailable), cancel);
            if (await ReplicaPlacement.FitAsync(cluster, values, cancel) is { } placement)
                await Terminal.Error.WriteLineAsync(placement);
            await ReadExternalIssuerAsync(cluster, values, ns, cancel);
        }

        IssuerCredentials.Complete(values, ns, TimeProvider.System);
        var manifests = ControlPlaneRenderer.Render(values, ns, capabilities, upgrade: false);
        if (missing.Count > 0)
        {
            await Terminal.Error.WriteLineAsync(
                $"note: {missing.Count} resource definitions are missing and come first. To apply them on their own: linkerd install --crds | kubectl apply -f -");
        }

        await ManifestWriter.WriteAsync(missing.Concat(manifests), arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;
    }

    private ValueMap Values(ParseResult arguments, ValueMap given)
    {
        var values = arguments.GetValue(_flags.HighlyAvailable) ? ControlPlaneRenderer.HighAvailability() : [];
        ValueFlag.Merge(values, _flags.Values(arguments));
        if (arguments.GetValue(_clusterDomain) is { } domain)
            values["clusterDomain"] = domain;
        if (arguments.GetValue(_trustDomain) is { } trust)
            values["identityTrustDomain"] = trust;
        if (arguments.GetValue(_externalIssuer))
            values.Put("identity.issuer.scheme", "kubernetes.io/tls");
        if (arguments.GetValue(_externalCa))
            values.Put("identity.externalCA", true);
        ValueFlag.Merge(values, given);
        if (IssuerCredentials.TrustDomain(values) is var checkedDomain && Uri.CheckHostName(checkedDomain) != UriHostNameType.Dns)
            throw new CliException($"--identity-trust-domain: {checkedDomain} is no DNS name such as cluster.local");
        return values;
    }

    private async Task FitAsync(TargetCluster cluster, ValueMap values, ClusterCapabilities capabilities, bool highlyAvailable, CancellationToken cancel)
    {
        if (values.Find("proxyInit.kubeAPIServerPorts") is null && await cluster.ApiServerPortsAsync(cancel) is { } ports)
            values.Put("proxyInit.kubeAPIServerPorts", ports);
        if (values.Find("cniEnabled") is not true && values.Find("proxyInit.runAsRoot") is not true && await cluster.DockerNodesAsync(cancel) is { Count: > 0 } nodes)
        {
            throw new CliException(
                $"nodes with the Docker container runtime ({string.Join(", ", nodes)}) let linkerd-init write iptables as root only: add --set proxyInit.runAsRoot=true");
        }

        if (highlyAvailable)
            await ReplicaPlacement.WarnAsync(cluster, capabilities, Terminal, cancel);
    }

    private static async Task ReadExternalIssuerAsync(TargetCluster cluster, ValueMap values, string ns, CancellationToken cancel)
    {
        if (values.Find("identity.issuer.scheme") as string != "kubernetes.io/tls" || values.Find("identityTrustAnchorsPEM") is string { Length: > 0 })
            return;
        var anchors = await cluster.SecretAsync("linkerd-identity-issuer", "ca.crt", cancel) ?? await cluster.ConfigAsync("linkerd-identity-trust-roots", "ca-bundle.crt", cancel);
        values.Put("identityTrustAnchorsPEM", anchors ?? throw new CliException($"""
            --identity-external-issuer: there is no Secret linkerd-identity-issuer with a key ca.crt in namespace {ns}.
            Create it first (type kubernetes.io/tls with ca.crt, tls.crt and tls.key), or name the trust anchors with --identity-trust-anchors-file.
            """));
    }
}
