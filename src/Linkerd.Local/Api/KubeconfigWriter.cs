using System.Text;

namespace Linkerd.Local.Api;

/// <summary>Writes a kubeconfig with one cluster, one user and one context.</summary>
internal static class KubeconfigWriter
{
    public static string Write(string cluster, Uri server, string authorityPem, string user, string certificatePem, string keyPem) =>
        $"""
        apiVersion: v1
        kind: Config
        current-context: {cluster}
        clusters:
        - name: {cluster}
          cluster:
            server: {server.GetLeftPart(UriPartial.Authority)}
            certificate-authority-data: {Base64(authorityPem)}
        users:
        - name: "{user}"
          user:
            client-certificate-data: {Base64(certificatePem)}
            client-key-data: {Base64(keyPem)}
        contexts:
        - name: {cluster}
          context:
            cluster: {cluster}
            user: "{user}"

        """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
