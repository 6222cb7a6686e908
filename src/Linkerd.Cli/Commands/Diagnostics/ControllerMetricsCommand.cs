using System.CommandLine;
using Linkerd.Cli.Pods;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Commands.Diagnostics;

/// <summary><c>linkerd diagnostics controller-metrics</c>: the raw metrics of every container of the control plane.</summary>
public sealed class ControllerMetricsCommand : CliCommand
{
    private const string AdminSuffix = "admin";

    private readonly Option<string> _wait = new("--wait", "-w") { Description = "Time allowed to fetch diagnostics", DefaultValueFactory = _ => "30s" };

    /// <summary>Creates the command.</summary>
    public ControllerMetricsCommand(ITerminal terminal)
        : base("controller-metrics", "Fetch metrics directly from the Linkerd control plane containers", terminal) => Options.Add(_wait);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var text = arguments.GetValue(_wait)!;
        var wait = Durations.Parse(text) ?? throw new CliException($"--wait: {text} is no duration such as 30s or 5m");
        using var client = GlobalOptions.Connect(arguments);
        var ns = arguments.GetValue(GlobalOptions.LinkerdNamespace)!;
        var targets = (await MeshedPods.SelectAsync(client, ns, "linkerd.io/control-plane-component", cancellationToken)).SelectMany(Ports).ToList();
        if (targets.Count == 0)
            throw new CliException($"no running control plane pods in namespace {ns}: is Linkerd installed there? Name its namespace with -L");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(wait);
        var results = await Task.WhenAll(targets.Select(t => ReadAsync(client, t.Pod, t.Port, limit.Token, cancellationToken)));
        for (var i = 0; i < targets.Count; i++)
        {
            await Terminal.Out.WriteAsync($"#\n# POD {targets[i].Pod.Metadata.Name} ({i + 1} of {targets.Count})\n# CONTAINER {targets[i].Container}\n#\n");
            await Terminal.Out.WriteAsync(results[i].Text);
        }

        return results.Any(r => r.Failed) ? ExitCodes.Failure : ExitCodes.Success;
    }

    // The proxies' own metrics are what proxy-metrics is for.
    private static IEnumerable<(Pod Pod, string Container, int Port)> Ports(Pod pod) =>
        (pod.Spec?.Containers ?? []).Where(c => c.Name != MeshedPods.ProxyContainer)
            .SelectMany(c => (c.Ports ?? []).Where(p => p.Name is { } name && (name.EndsWith(AdminSuffix, StringComparison.Ordinal) || name == "admin-http"))
                .Select(p => (pod, c.Name ?? "", p.Port ?? 0)));

    private static async Task<(string Text, bool Failed)> ReadAsync(KubernetesClient client, Pod pod, int port, CancellationToken limit, CancellationToken cancel)
    {
        try
        {
            using var http = MeshedPods.HttpTo(client, pod, port);
            return (await http.GetStringAsync(new Uri("metrics", UriKind.Relative), limit), false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or KubernetesException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return ($"# ERROR {e.InnerException?.Message ?? e.Message}\n", true);
        }
    }
}
