using System.CommandLine;
using System.Security.Authentication;
using Linkerd.Cli.Commands.Rotate;
using Linkerd.Cli.Pods;
using Linkerd.Kubernetes.Models;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands;

/// <summary><c>linkerd identity</c>: the certificate that each proxy shows to its peers.</summary>
public sealed class IdentityCommand : CliCommand
{
    private readonly Argument<string[]> _pods = new("PODS") { Description = "Names of pods", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace of the pods" };
    private readonly Option<string?> _selector = new("--selector", "-l") { Description = "Selector (label query) to filter on, supports '=', '==', and '!='" };

    /// <summary>Creates the command.</summary>
    public IdentityCommand(ITerminal terminal)
        : base("identity", "Display the certificate(s) of one or more selected pod(s)", terminal)
    {
        Arguments.Add(_pods);
        Options.Add(_namespace);
        Options.Add(_selector);
        Subcommands.Add(new RotateCommand(terminal));
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var names = arguments.GetValue(_pods)!;
        if (names.Length == 0 && arguments.GetValue(_selector) is null)
            throw new CliException("Provide the pod name argument or use the selector flag");
        using var client = GlobalOptions.Connect(arguments);
        var ns = arguments.GetValue(_namespace) ?? client.Config.Namespace;
        var pods = new List<Pod>();
        if (arguments.GetValue(_selector) is { } selector)
            pods.AddRange(await MeshedPods.SelectAsync(client, ns, selector, cancellationToken));
        foreach (var name in names)
            pods.Add(await client.Resource(Resources.Pods, ns).GetAsync(name, cancellationToken));

        var failed = false;
        for (var i = 0; i < pods.Count; i++)
        {
            await Terminal.Out.WriteAsync($"\nPOD {pods[i].Metadata.Name} ({i + 1} of {pods.Count})\n\n");
            try
            {
                using var certificate = await ProxyCertificate.FetchAsync(client, pods[i], cancellationToken);
                await Terminal.Out.WriteAsync(CertificateText.Render(certificate));
            }
            catch (Exception e) when (e is AuthenticationException or IOException or CliException or KubernetesException)
            {
                failed = true;
                await Terminal.Out.WriteLineAsync($"ERROR {e.InnerException?.Message ?? e.Message}");
            }
        }

        return failed ? ExitCodes.Failure : ExitCodes.Success;
    }
}
