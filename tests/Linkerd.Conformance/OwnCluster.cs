using Linkerd.Kubernetes;
using Linkerd.Local.Api;
using Linkerd.Local.Cluster;
using Linkerd.Local.Controllers;

namespace Linkerd.Conformance;

/// <summary>Our API server with its controllers, in this process. Nothing runs pods: the cases ask for none.</summary>
internal sealed class OwnCluster : IAsyncDisposable
{
    private readonly ApiServer _server;
    private readonly KubernetesClient _client;
    private readonly InformerFactory _informers;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private OwnCluster(ApiServer server)
    {
        _server = server;
        Config = KubeConfigFile.Parse(server.AdminKubeconfig(), "own").Resolve();
        _client = new KubernetesClient(Config);
        _informers = new InformerFactory(_client);
    }

    public KubernetesConfig Config { get; }

    public static async Task<OwnCluster> StartAsync()
    {
        var cluster = new OwnCluster(await ApiServer.StartAsync(new ApiServerOptions()));
        var controllers = new ControllerSet(cluster._client, cluster._informers, cluster._server.CertificateAuthorityPem, new NodeLog(TextWriter.Null, TimeProvider.System), TimeProvider.System);
        cluster._informers.Start();
        await cluster._informers.WaitForSyncAsync();
        cluster._running = controllers.RunAsync(cluster._stop.Token);
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _informers.DisposeAsync();
        _client.Dispose();
        await _server.DisposeAsync();
        _stop.Dispose();
    }
}
