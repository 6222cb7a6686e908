using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Checks;

/// <summary>Whom a running proxy trusts and who signed its certificate, as it tells itself.</summary>
/// <param name="Anchors">SHA-256 of each trust anchor in force, lower-case hexadecimal; empty when the proxy does not tell.</param>
/// <param name="Issuer">SHA-256 of its issuer's certificate; null when the proxy does not tell.</param>
public sealed record ProxyTrust(IReadOnlySet<string> Anchors, string? Issuer)
{
    private const string Container = "linkerd-proxy";
    private const string Label = "{sha256=\"";

    /// <summary>Asks the proxy of a pod, through the API server.</summary>
    /// <exception cref="HttpRequestException">It does not answer.</exception>
    /// <exception cref="IOException">It does not answer.</exception>
    public static async Task<ProxyTrust> ReadAsync(KubernetesClient client, Pod pod, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(pod);
        using var http = client.HttpToPod(pod.Metadata.Namespace!, pod.Metadata.Name!, AdminPort(pod));
        return Parse(await http.GetStringAsync(new Uri("metrics", UriKind.Relative), cancel));
    }

    /// <summary>Reads the two families out of a proxy's metrics.</summary>
    public static ProxyTrust Parse(string metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        return new ProxyTrust(Hashes(metrics, "identity_trust_anchor_info").ToHashSet(StringComparer.Ordinal), Hashes(metrics, "identity_issuer_info").FirstOrDefault());
    }

    /// <summary>The hash by which proxies name a certificate.</summary>
    public static string HashOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
    }

    private static IEnumerable<string> Hashes(string metrics, string family)
    {
        foreach (var line in metrics.Split('\n'))
        {
            var start = family.Length + Label.Length;
            if (line.StartsWith(family + Label, StringComparison.Ordinal) && line.IndexOf('"', start) is var end and > 0)
                yield return line[start..end];
        }
    }

    private static int AdminPort(Pod pod) =>
        (pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? []).FirstOrDefault(static c => c.Name == Container)?.Ports?.FirstOrDefault(static p => p.Name == "linkerd-admin")?.Port ?? 4191;
}
