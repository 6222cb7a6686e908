using System.CommandLine;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Cli.Pods;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

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
                using var certificate = await FetchAsync(client, pods[i], cancellationToken);
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

    private static async Task<X509Certificate2> FetchAsync(KubernetesClient client, Pod pod, CancellationToken cancellationToken)
    {
        var proxy = MeshedPods.ProxyOf(pod) ?? throw new CliException($"pod {pod.Metadata.Name} has no container {MeshedPods.ProxyContainer}: it is not meshed");
        var name = ProxyIdentity.Of(pod, proxy);
        await using var stream = await client.PortForwardAsync(pod.Metadata.Namespace!, pod.Metadata.Name!, MeshedPods.PortOf(pod, "linkerd-proxy", 4143), cancellationToken);
        // The certificate is shown, not trusted: nothing is sent after the handshake.
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, EnabledSslProtocols = SslProtocols.Tls13 }, cancellationToken);
        return tls.RemoteCertificate is X509Certificate2 leaf
            ? X509CertificateLoader.LoadCertificate(leaf.RawData)
            : throw new CliException("the proxy showed no certificate");
    }
}
