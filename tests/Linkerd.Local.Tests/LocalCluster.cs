using Linkerd.Kubernetes;
using Linkerd.Local.Api;

namespace Linkerd.Local.Tests;

/// <summary>An API server in memory with an administrator's client, for tests of what works on it.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private LocalCluster(ApiServer server, KubernetesClient client)
    {
        Server = server;
        Client = client;
        Informers = new InformerFactory(client);
    }

    public ApiServer Server { get; }

    public KubernetesClient Client { get; }

    public InformerFactory Informers { get; }

    public static async Task<LocalCluster> StartAsync()
    {
        var server = await ApiServer.StartAsync(new ApiServerOptions());
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, server.AdminKubeconfig());
            return new LocalCluster(server, new KubernetesClient(KubernetesConfig.Load(file)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Informers.DisposeAsync();
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
