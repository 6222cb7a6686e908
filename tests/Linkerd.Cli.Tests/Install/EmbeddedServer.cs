using System.Text.Json.Nodes;
using Linkerd.Cli.Manifests;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Local.Api;

namespace Linkerd.Cli.Tests.Install;

/// <summary>An embedded API server, with the CLI pointed at it.</summary>
internal sealed class EmbeddedServer : IAsyncDisposable
{
    private readonly ApiServer _server;
    private readonly string _kubeconfig;

    private EmbeddedServer(ApiServer server, string kubeconfig)
    {
        _server = server;
        _kubeconfig = kubeconfig;
        Client = new KubernetesClient(KubernetesConfig.Load(kubeconfig));
    }

    public KubernetesClient Client { get; }

    public string Kubeconfig => _kubeconfig;

    public static async Task<EmbeddedServer> StartAsync()
    {
        var server = await ApiServer.StartAsync(new ApiServerOptions());
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, server.AdminKubeconfig());
        return new EmbeddedServer(server, file);
    }

    /// <summary>Runs the CLI; fails unless it ends as expected.</summary>
    public Task<(string Out, string Error)> RunAsync(int code, params string[] arguments) => RunInAsync("", code, arguments);

    /// <summary>Runs the CLI with a PATH of its own; fails unless it ends as expected.</summary>
    public async Task<(string Out, string Error)> RunInAsync(string path, int code, params string[] arguments)
    {
        var (actual, output, error) = await CliRunner.RunInAsync(path, "", [.. arguments, "--kubeconfig", _kubeconfig]);
        Assert.True(actual == code, $"linkerd {string.Join(' ', arguments)} ended with {actual}: {error}");
        return (output, error);
    }

    /// <summary>Applies manifests as kubectl does.</summary>
    public Task ApplyAsync(string manifests) => ManifestApplier.ApplyAsync(Client, Read(manifests), TestContext.Current.CancellationToken);

    public static IReadOnlyList<JsonObject> Read(string manifests) => [.. KubernetesYaml.ReadAll(manifests).Select(d => (JsonObject)d)];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        File.Delete(_kubeconfig);
    }
}
