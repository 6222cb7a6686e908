using System.Net;
using System.Runtime.InteropServices;
using Linkerd.Kubernetes;
using Linkerd.Local.Api;
using Linkerd.Local.Controllers;
using Linkerd.Local.Dns;
using Linkerd.Local.Images;
using Linkerd.Stats.Scrape;
using Linkerd.Local.Network;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Cluster;

/// <summary>The process inside the namespaces: API server, controllers, pod runtime, Services, DNS.</summary>
public sealed class ClusterNode
{
    private const int ApiPort = 6443;
    private static readonly TimeSpan PodGrace = TimeSpan.FromSeconds(2);
    private readonly LocalPaths _paths;
    private readonly int _hostPort;
    private readonly NodeLog _log = new(Console.Error, TimeProvider.System);
    private readonly Progress _progress;

    /// <summary>Prepares; <paramref name="hostPort"/> is where the host's loopback reaches the API server.</summary>
    public ClusterNode(LocalPaths paths, int hostPort)
    {
        _paths = paths;
        _hostPort = hostPort;
        _progress = new Progress(paths.Progress);
    }

    /// <summary>Runs until asked to stop.</summary>
    public async Task<int> RunAsync()
    {
        try
        {
            using var stop = new CancellationTokenSource();
            using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c =>
            {
                c.Cancel = true;
                stop.Cancel();
            });
            await RunAsync(stop.Token);
            return 0;
        }
        catch (Exception e)
        {
            _log.Write("cluster", e.ToString());
            _progress.Step(Progress.Failed + e.Message);
            return 1;
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        await MountAsync(stop);
        await NodeNetwork.SetUpAsync(stop);
        await DeviceFolder.SetUpAsync(stop);
        _progress.Step("namespaces and network");
        await using var server = await StartApiAsync(stop);
        using var client = new KubernetesClient(Config(server));
        _progress.Step($"API server on https://127.0.0.1:{_hostPort}");

        using var life = new CancellationTokenSource();
        var errors = new InformerOptions { OnError = e => _log.Failure("watch", e) };
        await using var informers = new InformerFactory(client, errors);
        var pods = informers.For(Resources.Pods);
        var services = informers.For(Resources.Services);
        var slices = informers.For(Resources.EndpointSlices);
        var images = new ImageStore(_paths.Images, new BinaryFolder());
        var node = new NodeContext
        {
            Client = client,
            Paths = _paths,
            Images = images,
            Networks = new PodNetworks(),
            Events = new EventRecorder(client, _log, "kubelet", TimeProvider.System),
            Services = services,
            Log = _log,
            Host = new HostFolders(UserNamespace.IsInside),
        };
        var runtime = new PodRuntime(node);
        var proxy = new ServiceProxy(services, slices, _log);
        var ports = new HostPorts(services);
        services.AddHandler(proxy);
        services.AddHandler(ports);
        slices.AddHandler(proxy);
        using var metrics = new ClusterMetrics(pods, TimeProvider.System);
        server.PodRuntime = runtime;
        server.Metrics = metrics.Source;
        server.ServiceResolver = proxy.ResolveAsync;

        await new NodeRegistration(client, TimeProvider.System, _log).RegisterAsync(stop);
        await ClusterServices.EnsureAsync(client, stop);
        var controllers = new ControllerSet(client, informers, server.CertificateAuthorityPem, _log, TimeProvider.System);
        pods.AddHandler(runtime);
        informers.Start();
        await informers.WaitForSyncAsync(stop);
        runtime.Sweep(pods.Items);
        await proxy.ApplyAsync(stop);
        await using var dns = new DnsServer(new IPEndPoint(NodeNetwork.NodeAddress, 53), new ClusterZone(services, slices, EtcFiles.ClusterDomain), _log);
        List<Task> running =
        [
            proxy.RunAsync(life.Token),
            metrics.RunAsync(life.Token),
            controllers.RunAsync(life.Token),
            new NodeRegistration(client, TimeProvider.System, _log).HeartbeatAsync(life.Token),
        ];
        await using var socket = new NodeSocketServer(_paths.NodeSocket, ports, images, () => $"{{\"pods\":{runtime.Count}}}", _log);
        _progress.Step("controllers, Services and DNS");
        _progress.Step(Progress.Ready);

        var asked = new TaskCompletionSource();
        await using var registration = stop.Register(() => asked.TrySetResult());
        await Task.WhenAny([asked.Task, socket.StopAsked, .. running]);
        await runtime.ShutDownAsync(PodGrace);
        await life.CancelAsync();
        foreach (var task in running)
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException)
            {
                // As asked.
            }
        }
    }

    private static async Task MountAsync(CancellationToken stop)
    {
        await Tool.RunAsync("mount", ["-t", "tmpfs", "-o", "mode=755,nosuid,nodev", "tmpfs", "/run"], cancel: stop);
        Directory.CreateDirectory("/run/netns");
        Directory.CreateDirectory(LocalPaths.Scratch);
    }

    private async Task<ApiServer> StartApiAsync(CancellationToken stop)
    {
        var server = await ApiServer.StartAsync(
            new ApiServerOptions
            {
                DataDirectory = _paths.ApiData,
                HttpsEndPoints = [new IPEndPoint(IPAddress.Any, ApiPort)],
                CertificateNames = [NodeNetwork.NodeAddress.ToString()],
            }, stop);
        var kubeconfig = server.AdminKubeconfig(new Uri($"https://127.0.0.1:{_hostPort}"));
        WritePrivate(_paths.Kubeconfig, kubeconfig);
        return server;
    }

    private static KubernetesConfig Config(ApiServer server)
    {
        var file = Path.Combine(LocalPaths.Scratch, "kubeconfig");
        WritePrivate(file, server.Kubeconfig("linkerd-local", ["system:masters"], new Uri($"https://127.0.0.1:{ApiPort}")));
        return KubernetesConfig.Load(file) with { UserAgent = "linkerd-local" };
    }

    // Made anew with its mode: between writing and changing the mode others could read it.
    private static void WritePrivate(string path, string text)
    {
        File.Delete(path);
        using var writer = new StreamWriter(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        writer.Write(text);
    }
}
