using System.CommandLine;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Commands.Viz;

/// <summary><c>linkerd viz list</c>: which pods can be tapped.</summary>
internal sealed class ListCommand : CliCommand
{
    private readonly Namespaces _namespaces = new();

    public ListCommand(ITerminal terminal)
        : base("list", "Lists which pods have tap enabled", terminal)
    {
        Options.Add(_namespaces.Namespace);
        Options.Add(_namespaces.All);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var client = GlobalOptions.Connect(arguments);
        var ns = _namespaces.Of(arguments, client.Config);
        var (enabled, disabled, missing) = (new List<string>(), new List<string>(), new List<string>());
        await foreach (var pod in client.Resource(Resources.Pods, ns.Length == 0 ? null : ns).ListAllAsync(new ListOptions { LabelSelector = "linkerd.io/control-plane-ns" }, cancellationToken))
        {
            var into = Annotation(pod, "viz.linkerd.io/disable-tap") ? disabled : Annotation(pod, "viz.linkerd.io/tap-enabled") ? enabled : missing;
            into.Add($"\t* {pod.Metadata.Namespace}/{pod.Metadata.Name}");
        }

        if (enabled.Count + disabled.Count + missing.Count == 0)
            await Terminal.Error.WriteLineAsync("No meshed pods found");
        string[] sections = [.. Section("Pods with tap enabled:", enabled), .. Section("Pods with tap disabled:", disabled), .. Section("Pods missing tap configuration (restart these pods to enable tap):", missing)];
        await Terminal.Out.WriteAsync(string.Join('\n', sections));
        return ExitCodes.Success;
    }

    private static bool Annotation(Pod pod, string name) => pod.Metadata.Annotations?.GetValueOrDefault(name) == "true";

    private static IEnumerable<string> Section(string title, List<string> pods) => pods.Count == 0 ? [] : [$"{title}\n{string.Join('\n', pods)}\n"];
}
