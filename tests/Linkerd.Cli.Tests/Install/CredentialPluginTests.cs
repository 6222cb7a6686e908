using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Cli.Tests.Install;

/// <summary>Credential plugins of a kubeconfig, against the embedded API server, which knows users by their certificates.</summary>
public sealed class CredentialPluginTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("plugin").FullName;

    [Theory]
    [InlineData("client.authentication.k8s.io/v1")]
    [InlineData("client.authentication.k8s.io/v1beta1")]
    public async Task A_plugin_gives_a_client_certificate_and_is_told_of_the_cluster(string version)
    {
        await using var server = await EmbeddedServer.StartAsync();
        var config = (JsonObject)KubernetesYaml.Read(await File.ReadAllTextAsync(server.Kubeconfig, TestContext.Current.CancellationToken))!;
        var user = config["users"]![0]!["user"]!;
        Write("credential", new JsonObject
        {
            ["apiVersion"] = version,
            ["kind"] = "ExecCredential",
            ["status"] = new JsonObject { ["clientCertificateData"] = Text(user["client-certificate-data"]), ["clientKeyData"] = Text(user["client-key-data"]) },
        }.ToJsonString());
        Write("plugin", "#!/bin/sh\necho \"$KUBERNETES_EXEC_INFO\" >\"$(dirname \"$0\")/told\"\ncat \"$(dirname \"$0\")/credential\"\n");
        config["users"]![0]!["user"] = new JsonObject { ["exec"] = new JsonObject { ["apiVersion"] = version, ["command"] = "sh", ["args"] = new JsonArray(Path.Combine(_folder, "plugin")), ["interactiveMode"] = "Never", ["provideClusterInfo"] = true } };
        Write("config", config.ToJsonString());

        using var client = new KubernetesClient(KubernetesConfig.Load(Path.Combine(_folder, "config")));
        Assert.NotNull((await client.Resource(Resources.Namespaces).GetAsync("default", TestContext.Current.CancellationToken)).Metadata.Uid);

        var told = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "told"), TestContext.Current.CancellationToken))!;
        Assert.Equal((version, "ExecCredential"), (told["apiVersion"]!.GetValue<string>(), told["kind"]!.GetValue<string>()));
        Assert.Equal(config["clusters"]![0]!["cluster"]!["server"]!.GetValue<string>(), told["spec"]!["cluster"]!["server"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("v1alpha1", "true", "client.authentication.k8s.io/v1alpha1 is not spoken")]
    [InlineData("v1", "no-such-plugin", "Install it from example.com")]
    [InlineData("v1", "false", "credential plugin false ended with code 1")]
    [InlineData("v1", "true", "did not print JSON")]
    public async Task What_is_wrong_with_a_plugin_is_said(string version, string command, string message)
    {
        Write("config", $$$$"""
            {"clusters":[{"name":"c","cluster":{"server":"http://127.0.0.1:1"}}],"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],"current-context":"c",
             "users":[{"name":"u","user":{"exec":{"apiVersion":"client.authentication.k8s.io/{{{{version}}}}","command":"{{{{command}}}}","installHint":"Install it from example.com"}}}]}
            """);

        var e = await Assert.ThrowsAsync<KubeConfigException>(async () =>
        {
            using var client = new KubernetesClient(KubernetesConfig.Load(Path.Combine(_folder, "config")));
            await client.Resource(Resources.Namespaces).GetAsync("default", TestContext.Current.CancellationToken);
        });
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Text(JsonNode? base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64!.GetValue<string>()));

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
