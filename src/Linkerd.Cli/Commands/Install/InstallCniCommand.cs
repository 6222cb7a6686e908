using System.CommandLine;
using Linkerd.Charts;
using Linkerd.Charts.Values;

namespace Linkerd.Cli.Commands.Install;

/// <summary><c>linkerd install-cni</c>: the manifests of the CNI plugin.</summary>
internal sealed class InstallCniCommand : CliCommand
{
    private const string Help = """
        Output Kubernetes configs to install Linkerd CNI

        The plugin redirects the traffic of pods, which then need no linkerd-init with NET_ADMIN. Nothing is changed: the manifests go to
        standard output. Install the plugin before the control plane:
          linkerd install-cni | kubectl apply -f -
          linkerd install --linkerd-cni-enabled | kubectl apply -f -

        The names of all values are in charts/linkerd2-cni/values.yaml.
        """;

    private readonly Option<string?> _version = new("--linkerd-version", "-v") { Description = "Tag of the image (deprecated: use --cni-image-version)" };
    private readonly Option<string?> _registry = new("--registry") { Description = "Docker registry to pull images from ($LINKERD_DOCKER_REGISTRY)" };
    private readonly Option<long?> _uid = new("--proxy-uid") { Description = "User ID of the proxy (default 2102)" };
    private readonly Option<long?> _gid = new("--proxy-gid") { Description = "Group ID of the proxy; below 0 it is not looked at (default -1)" };
    private readonly Option<int?> _inbound = new("--inbound-port") { Description = "Proxy port to use for inbound traffic (default 4143)" };
    private readonly Option<int?> _outbound = new("--outbound-port") { Description = "Proxy port to use for outbound traffic (default 4140)" };
    private readonly Option<int?> _control = new("--control-port") { Description = "Proxy port to use for control (default 4190)" };
    private readonly Option<int?> _admin = new("--admin-port") { Description = "Proxy port to serve metrics on (default 4191)" };
    private readonly Option<string[]> _skipInbound = new("--skip-inbound-ports") { Description = "Ports and/or port ranges (inclusive) that should skip the proxy; separated by commas, may be repeated" };
    private readonly Option<string[]> _skipOutbound = new("--skip-outbound-ports") { Description = "Outbound ports and/or port ranges (inclusive) that should skip the proxy; separated by commas, may be repeated" };
    private readonly Option<string[]> _redirect = new("--redirect-ports") { Description = "Inbound ports to redirect to the proxy, if no port is specified then ALL ports are redirected" };
    private readonly Option<string?> _image = new("--cni-image") { Description = "Image of the CNI plugin" };
    private readonly Option<string?> _imageVersion = new("--cni-image-version") { Description = "Tag of the CNI plugin's image" };
    private readonly Option<string?> _logLevel = new("--cni-log-level") { Description = "Log level of the CNI plugin: debug, info or warn (default info)" };
    private readonly Option<string?> _netDir = new("--dest-cni-net-dir") { Description = "Directory on the nodes with the CNI configuration (default /etc/cni/net.d)" };
    private readonly Option<string?> _binDir = new("--dest-cni-bin-dir") { Description = "Directory on the nodes with the CNI plugins (default /opt/cni/bin)" };
    private readonly Option<string?> _priority = new("--priority-class-name") { Description = "PriorityClass of the DaemonSet's pods" };
    private readonly Option<bool> _wait = new("--use-wait-flag") { Description = "Configures the CNI plugin to use the \"-w\" flag for the iptables command" };
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");
    private readonly HelmFlags _helm = new();

    public InstallCniCommand(ITerminal terminal)
        : base("install-cni", Help, terminal)
    {
        foreach (var port in (Option<int?>[])[_inbound, _outbound, _control, _admin])
        {
            port.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int?>() is { } p and (< 1 or > 65535))
                    result.AddError($"{result.Option.Name}: {p} is not a port: it must be between 1 and 65535");
            });
        }

        foreach (var option in (Option[])
            [_version, _registry, _uid, _gid, _inbound, _outbound, _control, _admin, _skipInbound, _skipOutbound, _redirect, _image, _imageVersion, _logLevel,
                _netDir, _binDir, _priority, _wait, _output])
            Options.Add(option);
        _helm.AddTo(this);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var values = Values(arguments);
        ValueFlag.Merge(values, await _helm.ReadAsync(arguments, Terminal, cancellationToken));
        var release = new ChartRelease { Name = "linkerd2-cni", Namespace = arguments.GetValue(GlobalOptions.CniNamespace)! };
        var manifests = Charts.Manifests.Of(new ChartRenderer(EmbeddedCharts.Cni, release, ClusterCapabilities.Default).Render(values));
        await ManifestWriter.WriteAsync(manifests, arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;
    }

    private ValueMap Values(ParseResult arguments)
    {
        var values = new ValueMap { ["cliVersion"] = "linkerd/cli " + LinkerdVersion.Current, ["linkerdVersion"] = LinkerdVersion.Current };
        var registry = arguments.GetValue(_registry) ?? Environment.GetEnvironmentVariable("LINKERD_DOCKER_REGISTRY");
        Put("image.name", arguments.GetValue(_image) ?? (string.IsNullOrEmpty(registry) ? null : registry.TrimEnd('/') + "/cni-plugin"));
        Put("image.version", arguments.GetValue(_imageVersion) ?? arguments.GetValue(_version));
        Put("proxyUID", arguments.GetValue(_uid));
        Put("proxyGID", arguments.GetValue(_gid));
        Put("inboundProxyPort", (long?)arguments.GetValue(_inbound));
        Put("outboundProxyPort", (long?)arguments.GetValue(_outbound));
        Put("proxyControlPort", (long?)arguments.GetValue(_control));
        Put("proxyAdminPort", (long?)arguments.GetValue(_admin));
        Put("ignoreInboundPorts", Ports(arguments, _skipInbound));
        Put("ignoreOutboundPorts", Ports(arguments, _skipOutbound));
        Put("portsToRedirect", Ports(arguments, _redirect));
        Put("logLevel", arguments.GetValue(_logLevel));
        Put("destCNINetDir", Folder(arguments, _netDir));
        Put("destCNIBinDir", Folder(arguments, _binDir));
        Put("priorityClassName", arguments.GetValue(_priority));
        Put("useWaitFlag", arguments.GetValue(_wait) ? true : null);
        return values;

        void Put(string path, object? value)
        {
            if (value is not null)
                values.Put(path, value);
        }
    }

    private string? Ports(ParseResult arguments, Option<string[]> option)
    {
        var ports = (arguments.GetValue(option) ?? []).SelectMany(static v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        foreach (var port in ports)
        {
            var bounds = port.Split('-');
            var valid = bounds.Length <= (option == _redirect ? 1 : 2) && Array.TrueForAll(bounds, static b => ushort.TryParse(b, out var number) && number > 0);
            if (!valid)
                throw new CliException($"{option.Name}: {port} is not a port of 1 to 65535{(option == _redirect ? "" : " or a range such as 3000-4000")}");
        }

        return ports.Count == 0 ? null : string.Join(',', ports);
    }

    private static string? Folder(ParseResult arguments, Option<string?> option)
    {
        var folder = arguments.GetValue(option);
        return folder is null || folder.StartsWith('/') ? folder : throw new CliException($"{option.Name}: {folder} is not an absolute path on the nodes, such as /etc/cni/net.d");
    }
}
