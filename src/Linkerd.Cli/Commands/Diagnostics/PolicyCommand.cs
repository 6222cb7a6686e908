using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Cli.Commands.Install;
using Linkerd.Cli.Policies;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Cli.Commands.Diagnostics;

/// <summary><c>linkerd diagnostics policy</c>: the policy that proxies are told, for a port of a pod or for a Service.</summary>
public sealed class PolicyCommand : CliCommand
{
    private const string Help = """
        Introspect Linkerd's policy state

          linkerd diagnostics policy -n emojivoto pod/web-767f4484fd-wmpvf 8080   what the pod's proxy lets in
          linkerd diagnostics policy -n emojivoto svc/web-svc 80                  what clients' proxies do with requests to the Service

        The output is the message of the policy API, by its field names.
        """;

    private readonly Argument<string[]> _target = new("RESOURCE PORT") { Description = "pod/NAME or svc/NAME, and a port", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace of the resource" };
    private readonly Option<string> _token = new("--token")
    {
        Description = "Workload that asks, as NAMESPACE:POD; routes of its namespace count",
        DefaultValueFactory = _ => "default:diagnostics",
    };

    private readonly Option<string> _output = OutputOption.Of("yaml", "json");

    /// <summary>Creates the command.</summary>
    public PolicyCommand(ITerminal terminal)
        : base("policy", Help, terminal)
    {
        Arguments.Add(_target);
        foreach (var option in (Option[])[_namespace, _output, ControllerChannel.PodOption, _token])
            Options.Add(option);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var words = arguments.GetValue(_target)!;
        if (words.Length is < 2 or > 3)
            throw new CliException($"'{string.Join(' ', words)}' is not RESOURCE PORT; say for example: pod/web-0 8080, svc/web 80");
        var (kind, name) = ResourceArgument.Parse(words[..^1]);
        if (!int.TryParse(words[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            throw new CliException($"'{words[^1]}' is not a port: it must be a number between 1 and 65535");
        if (kind is not ("po" or "pod" or "pods" or "svc" or "service" or "services"))
            throw new CliException($"'{kind}' has no policy of its own: it must be pod or svc");
        using var client = GlobalOptions.Connect(arguments);
        var ns = arguments.GetValue(_namespace) ?? client.Config.Namespace;
        var json = kind[0] == 'p'
            ? await InboundAsync(arguments, client, ns, name, port, cancellationToken)
            : await OutboundAsync(arguments, client, ns, name, port, cancellationToken);
        await Terminal.Out.WriteAsync(arguments.GetValue(_output) == "json" ? ManifestWriter.Json(json) : KubernetesYaml.Write(json));
        return ExitCodes.Success;
    }

    private static async Task<JsonObject> InboundAsync(ParseResult arguments, KubernetesClient client, string ns, string name, int port, CancellationToken cancel)
    {
        await client.Resource(Resources.Pods, ns).GetAsync(name, cancel);
        using var policy = await PolicyClient.ConnectAsync(arguments, client, cancel);
        return WireJson.Of(await policy.InboundAsync($"{ns}:{name}", port, cancel), "io.linkerd.proxy.inbound.Server");
    }

    private async Task<JsonObject> OutboundAsync(ParseResult arguments, KubernetesClient client, string ns, string name, int port, CancellationToken cancel)
    {
        var service = await client.Resource(Resources.Services, ns).GetAsync(name, cancel);
        if (!IPAddress.TryParse(service.Spec?.ClusterIP, out var address))
            throw new CliException($"Service {ns}/{name} has no cluster IP, so no policy is looked up for it; ask for one of its pods");
        using var policy = await PolicyClient.ConnectAsync(arguments, client, cancel);
        return WireJson.Of(await policy.OutboundAsync(arguments.GetValue(_token)!, address, port, cancel), "io.linkerd.proxy.outbound.OutboundPolicy");
    }
}
