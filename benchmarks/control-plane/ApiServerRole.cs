using System.Diagnostics;
using System.Globalization;
using Linkerd.Kubernetes;
using Linkerd.Local.Api;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>The process that is the API server: makes the cluster, says where it is, and ends with its standard input.</summary>
internal static class ApiServerRole
{
    public static async Task RunAsync(Scale scale, string kubeconfig)
    {
        await using var server = await ApiServer.StartAsync(new ApiServerOptions { HistoryPerResource = 100_000, WatchQueue = 100_000 });
        await File.WriteAllTextAsync(kubeconfig, server.AdminKubeconfig());
        using var client = new KubernetesClient(KubernetesConfig.Load(kubeconfig));
        var watch = Stopwatch.StartNew();
        await ClusterObjects.CreateAsync(client, scale);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready after {watch.Elapsed.TotalSeconds:0.0} s"));
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
    }
}
