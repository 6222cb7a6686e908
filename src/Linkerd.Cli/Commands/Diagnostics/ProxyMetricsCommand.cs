using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Linkerd.Cli.Pods;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Commands.Diagnostics;

/// <summary><c>linkerd diagnostics proxy-metrics</c>: the raw metrics of every proxy of a resource.</summary>
public sealed partial class ProxyMetricsCommand : CliCommand
{
    private readonly Argument<string[]> _resource = new("resource") { Description = "pod/NAME, deploy/NAME, …", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace of resource" };
    private readonly Option<bool> _obfuscate = new("--obfuscate") { Description = "Obfuscate sensitive information" };

    /// <summary>Creates the command.</summary>
    public ProxyMetricsCommand(ITerminal terminal)
        : base("proxy-metrics", "Fetch metrics directly from Linkerd proxies", terminal)
    {
        Arguments.Add(_resource);
        Options.Add(_namespace);
        Options.Add(_obfuscate);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (kind, name) = ResourceArgument.Parse(arguments.GetValue(_resource)!);
        using var client = GlobalOptions.Connect(arguments);
        var pods = await MeshedPods.OfAsync(client, arguments.GetValue(_namespace) ?? client.Config.Namespace, kind, name, cancellationToken);
        var failed = pods.Count == 0;
        for (var i = 0; i < pods.Count; i++)
        {
            await Terminal.Out.WriteAsync($"#\n# POD {pods[i].Metadata.Name} ({i + 1} of {pods.Count})\n#\n");
            try
            {
                var text = await ReadAsync(client, pods[i], cancellationToken);
                await Terminal.Out.WriteAsync(arguments.GetValue(_obfuscate) ? Obfuscate(text) : text);
            }
            catch (Exception e) when (e is HttpRequestException or CliException or IOException)
            {
                failed = true;
                await Terminal.Out.WriteAsync($"# ERROR {e.InnerException?.Message ?? e.Message}\n");
            }
        }

        if (pods.Count == 0)
            await Terminal.Error.WriteLineAsync($"no running pods of {kind}/{name}");
        return failed ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static async Task<string> ReadAsync(Linkerd.Kubernetes.KubernetesClient client, Pod pod, CancellationToken cancellationToken)
    {
        if (MeshedPods.ProxyOf(pod) is null)
            throw new CliException($"pod {pod.Metadata.Name} has no container {MeshedPods.ProxyContainer}: it is not meshed");
        using var http = MeshedPods.HttpTo(client, pod, MeshedPods.PortOf(pod, "linkerd-admin", 4191));
        return await http.GetStringAsync(new Uri("metrics", UriKind.Relative), cancellationToken);
    }

    /// <summary>Replaces the values of labels that name the user's things by a hash: equal values stay equal.</summary>
    private static string Obfuscate(string text) => SensitiveLabel().Replace(text, m =>
        $"{m.Groups[1].Value}=\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(m.Groups[2].Value)))[..32]}\"");

    [GeneratedRegex("\\b(authority|client_id|server_id|target_addr|target_ip|dst_control_plane_ns|dst_daemonset|dst_deployment|dst_namespace|dst_pod|dst_replicaset|dst_service|dst_serviceaccount|dst_statefulset|peer_addr)=\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex SensitiveLabel();
}
