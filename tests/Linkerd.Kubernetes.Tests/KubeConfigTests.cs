using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Linkerd.Kubernetes.Tests;

public sealed class KubeConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kubeconfig").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private const string Minimal = """
        current-context: one
        clusters:
        - name: c
          cluster: {server: "https://10.0.0.1:6443", insecure-skip-tls-verify: true, tls-server-name: kubernetes}
        users:
        - name: u
          user: {token: secret, as: admin, as-groups: [a, b]}
        contexts:
        - name: one
          context: {cluster: c, user: u, namespace: emojivoto}
        - name: two
          context: {cluster: c}
        - name: lost
          context: {cluster: nowhere}
        """;

    [Fact]
    public async Task A_context_becomes_a_connection()
    {
        var config = KubeConfigFile.Parse(Minimal, "/k/config").Resolve();
        Assert.Equal(("https://10.0.0.1:6443/", "emojivoto", "one", true, "kubernetes"), (config.Server.AbsoluteUri, config.Namespace, config.Context, config.InsecureSkipTlsVerify, config.TlsServerName));
        Assert.Equal("secret", await config.Token!.GetAsync(default));
        Assert.Equal(("admin", "a,b"), (config.ImpersonateUser, string.Join(',', config.ImpersonateGroups)));
        var two = KubeConfigFile.Parse(Minimal, "/k/config").Resolve("two");
        Assert.Equal("default", two.Namespace);
        Assert.Null(two.Token);
    }

    [Theory]
    [InlineData("lost", "names cluster \"nowhere\"")]
    [InlineData("none", "there are: lost, one, two")]
    public void A_missing_entry_is_named(string context, string expected) =>
        Assert.Contains(expected, Assert.Throws<KubeConfigException>(() => KubeConfigFile.Parse(Minimal, "/k/config").Resolve(context)).Message);

    [Fact]
    public void Certificates_are_taken_from_data_and_from_files_beside_the_config()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=me", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddDays(1));
        var pem = certificate.ExportCertificatePem();
        File.WriteAllText(Path.Combine(_folder, "client.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder, "ca.crt"), pem);
        var text = $"""
            current-context: x
            clusters: [{"{"}name: c, cluster: {"{"}server: "https://h", certificate-authority: ca.crt{"}"}{"}"}]
            users: [{"{"}name: u, user: {"{"}client-certificate-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(pem))}, client-key: client.key{"}"}{"}"}]
            contexts: [{"{"}name: x, context: {"{"}cluster: c, user: u{"}"}{"}"}]
            """;
        var config = KubeConfigFile.Parse(text, Path.Combine(_folder, "config")).Resolve();
        Assert.Equal("CN=me", config.ClientCertificate!.Subject);
        Assert.True(config.ClientCertificate.HasPrivateKey);
        Assert.Single(config.CertificateAuthorities!);
        File.Delete(Path.Combine(_folder, "client.key"));
        Assert.Contains("users[u].client-key", Assert.Throws<KubeConfigException>(() => KubeConfigFile.Parse(text, Path.Combine(_folder, "config")).Resolve()).Message);
    }

    [Fact]
    public async Task A_credential_plugin_is_run()
    {
        var text = """
            current-context: x
            clusters: [{name: c, cluster: {server: "https://h"}}]
            users:
            - name: u
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: sh
                  args: [-c, 'echo "{\"status\":{\"token\":\"$PREFIX-token\"}}"']
                  env: [{name: PREFIX, value: plugin}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            """;
        Assert.Equal("plugin-token", await KubeConfigFile.Parse(text, "/k/config").Resolve().Token!.GetAsync(default));
        var broken = KubeConfigFile.Parse(text.Replace("echo", "exit 3; echo", StringComparison.Ordinal), "/k/config").Resolve();
        Assert.Contains("ended with code 3", (await Assert.ThrowsAsync<KubeConfigException>(async () => await broken.Token!.GetAsync(default))).Message);
    }

    [Theory]
    [InlineData("a: [", "line")]
    [InlineData("- 1", "expected a mapping")]
    public void Malformed_files_are_named(string text, string expected)
    {
        var message = Assert.Throws<KubeConfigException>(() => KubeConfigFile.Parse(text, "/k/config")).Message;
        Assert.StartsWith("/k/config: ", message);
        Assert.Contains(expected, message);
    }

    [Fact]
    public async Task A_token_file_is_read_again_when_refused()
    {
        var path = Path.Combine(_folder, "token");
        File.WriteAllText(path, "one\n");
        var source = new FileTokenSource(path);
        Assert.Equal("one", await source.GetAsync(default));
        File.WriteAllText(path, "two");
        Assert.Equal("one", await source.GetAsync(default));
        source.Invalidate();
        Assert.Equal("two", await source.GetAsync(default));
    }
}
