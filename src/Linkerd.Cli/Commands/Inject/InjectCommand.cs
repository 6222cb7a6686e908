using System.CommandLine;
using Linkerd.Cli.Manifests;
using Linkerd.Inject;
using Linkerd.Inject.Transforms;
using Linkerd.Inject.Values;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands.Inject;

/// <summary><c>linkerd inject</c>: adds the annotation that puts workloads into the mesh, or the whole sidecar.</summary>
public sealed class InjectCommand : CliCommand
{
    private readonly Argument<string> _file = new("CONFIG-FILE") { Description = "File, folder, URL, or - for standard input" };
    private readonly Option<bool> _manual = new("--manual") { Description = "Include the proxy sidecar container spec in the YAML output (the auto-injector won't pick it up)" };
    private readonly Option<bool> _ignoreCluster = new("--ignore-cluster") { Description = "Ignore the current Kubernetes cluster when checking for existing cluster configuration" };
    private readonly Option<bool> _debug = new("--enable-debug-sidecar") { Description = "Inject a debug sidecar for data plane debugging" };
    private readonly Option<string> _closeWait = new("--close-wait-timeout") { Description = "Sets nf_conntrack_tcp_timeout_close_wait", DefaultValueFactory = _ => "" };
    private readonly Option<bool> _disableIdentity = new("--disable-identity") { Description = "Not supported any more", Hidden = true };
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");
    private readonly ProxyFlags _proxy = new();

    /// <summary>Creates the command.</summary>
    public InjectCommand(ITerminal terminal)
        : base("inject", "Add the Linkerd proxy to a Kubernetes config\n\nExample: kubectl get deploy -o yaml | linkerd inject - | kubectl apply -f -", terminal)
    {
        Arguments.Add(_file);
        foreach (var option in (Option[])[_manual, _ignoreCluster, _debug, _closeWait, _disableIdentity, _output])
            Options.Add(option);
        _proxy.AddTo(this);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_disableIdentity))
            throw new CliException("--disable-identity is no longer supported: every proxy has an identity; leave the flag out");
        foreach (var notice in _proxy.Deprecations(arguments))
            await Terminal.Error.WriteLineAsync(notice);
        var manual = arguments.GetValue(_manual);
        var (original, version) = await BaseAsync(arguments, manual, cancellationToken);
        var values = _proxy.Apply(arguments, original);
        var input = await ManifestReader.ReadAsync(arguments.GetValue(_file)!, Terminal, cancellationToken);
        var result = InjectTransform.Run(input, new InjectOptions
        {
            Values = values,
            ControlPlaneNamespace = arguments.GetValue(GlobalOptions.LinkerdNamespace)!,
            Manual = manual,
            Overrides = OverrideAnnotations.Between(original, values),
            EnableDebugSidecar = arguments.GetValue(_debug),
            CloseWaitTimeout = arguments.GetValue(_closeWait)!,
            ServerVersion = version,
            CreatedBy = "linkerd/cli " + LinkerdVersion.Current,
            Verbose = arguments.GetValue(GlobalOptions.Verbose),
            Color = Terminal.Colour,
            Format = arguments.GetValue(_output) == "json" ? OutputFormat.Json : OutputFormat.Yaml,
        });
        return await TransformOutput.WriteAsync(result, Terminal);
    }

    /// <summary>The values that flags are compared with. Annotations need none of the cluster's, so only --manual insists on them.</summary>
    private async Task<(InjectValues Values, KubernetesVersion? Version)> BaseAsync(ParseResult arguments, bool manual, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_ignoreCluster))
        {
            return manual
                ? throw new CliException("--manual needs the trust anchors of the installed control plane, so --ignore-cluster cannot be used with it")
                : (new InjectValues(), null);
        }

        try
        {
            using var client = GlobalOptions.Connect(arguments);
            var values = await MeshConfig.ReadAsync(client, arguments.GetValue(GlobalOptions.LinkerdNamespace)!, cancellationToken);
            var version = await client.GetVersionAsync(cancellationToken);
            return (values, KubernetesVersion.Parse(version.Major, version.Minor));
        }
        catch (Exception e) when (!manual && e is (CliException or KubernetesException))
        {
            return (new InjectValues(), null);
        }
    }
}
