using System.CommandLine;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands.Install;

/// <summary><c>linkerd uninstall</c>: all objects of the control plane, to be deleted.</summary>
internal sealed class UninstallCommand : CliCommand
{
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Output them even where extensions or meshed pods are left" };
    private readonly Option<string> _output = OutputOption.Of("yaml", "json");

    public UninstallCommand(ITerminal terminal)
        : base("uninstall", "Output Kubernetes resources to uninstall the Linkerd control plane\n\n  linkerd uninstall | kubectl delete -f -", terminal)
    {
        Options.Add(_force);
        Options.Add(_output);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var ns = arguments.GetValue(GlobalOptions.LinkerdNamespace)!;
        using var client = GlobalOptions.Connect(arguments);
        if (!arguments.GetValue(_force))
            await RefuseAsync(client, ns, cancellationToken);
        var objects = await MeshResources.FindAsync(client, ns, cancellationToken);
        if (objects.Count == 0)
            throw new CliException($"There is nothing to uninstall: no object has the label {MeshResources.Label}={ns}");
        await ManifestWriter.WriteAsync(objects, arguments.GetValue(_output)!, Terminal);
        return ExitCodes.Success;
    }

    private static async Task RefuseAsync(KubernetesClient client, string ns, CancellationToken cancel)
    {
        var extensions = new HashSet<string>();
        var names = new List<string>();
        await foreach (var space in client.Resource(Resources.Namespaces).ListAllAsync(new ListOptions { LabelSelector = "linkerd.io/extension" }, cancel))
        {
            extensions.Add(space.Metadata.Name ?? "");
            names.Add(space.Metadata.Labels?.GetValueOrDefault("linkerd.io/extension") ?? "");
        }

        if (names.Count > 0)
            throw new CliException($"Please uninstall the following extensions before uninstalling the control-plane:\n{Lines(names)}\nOr run with --force.");

        var pods = new List<string>();
        await foreach (var pod in client.Resource(Resources.Pods).ListAllAsync(new ListOptions { LabelSelector = $"{MeshResources.Label}={ns}" }, cancel))
        {
            if (pod.Metadata.Namespace != ns && !extensions.Contains(pod.Metadata.Namespace ?? ""))
                pods.Add($"{pod.Metadata.Namespace}/{pod.Metadata.Name}");
        }

        if (pods.Count > 0)
        {
            throw new CliException($"""
                Please uninject the following resources before uninstalling the control-plane:
                {Lines(pods)}
                Their proxies would be left without certificates. For each Deployment: kubectl get deploy NAME -o yaml | linkerd uninject - | kubectl apply -f -
                Or run with --force.
                """);
        }
    }

    private static string Lines(IEnumerable<string> names) => string.Join('\n', names.Order(StringComparer.Ordinal).Select(n => $"  * {n}"));
}
