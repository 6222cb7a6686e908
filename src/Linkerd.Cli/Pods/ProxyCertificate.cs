using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Pods;

/// <summary>The certificate that a proxy shows to its peers.</summary>
internal static class ProxyCertificate
{
    /// <summary>Connects to the proxy of a pod as a peer would and takes its certificate.</summary>
    /// <exception cref="CliException">The pod has no proxy, or the proxy showed no certificate.</exception>
    /// <exception cref="AuthenticationException">The handshake failed.</exception>
    public static async Task<X509Certificate2> FetchAsync(KubernetesClient client, Pod pod, CancellationToken cancellationToken)
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
