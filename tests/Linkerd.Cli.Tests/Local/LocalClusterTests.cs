using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Cli.Tests.Local;

/// <summary>A whole cluster, without the mesh: real namespaces, real processes of this machine as containers. Needs root.</summary>
public sealed class LocalClusterTests : IAsyncLifetime
{
    private static readonly string[] HostView = ["/sys/class/net", "/run/netns"];
    private readonly string _home = Directory.CreateTempSubdirectory("lkd").FullName;
    private readonly List<string> _before = [.. HostView.Where(Directory.Exists).SelectMany(static d => Directory.GetFileSystemEntries(d))];

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await RunAsync("down");
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task A_cluster_runs_pods_survives_a_restart_and_leaves_nothing()
    {
        await UpAsync();
        using (var client = Client())
        {
            await ApplyAsync(client);
            await PodsReadyAsync(client, 3);
            Assert.Equal(HttpStatusCode.OK, await GetAsync());
            await ProbeSucceedsAsync(client);
        }

        // Everything is inside: the host has the same interfaces as before.
        Assert.Equal(_before, HostView.Where(Directory.Exists).SelectMany(static d => Directory.GetFileSystemEntries(d)));

        Assert.Equal(0, (await RunAsync("down")).Code);
        await NothingRunsAsync();
        await UpAsync();
        using (var client = Client())
        {
            await PodsReadyAsync(client, 3);
            Assert.Equal(HttpStatusCode.OK, await GetAsync());
        }

        // Not even a killed supervisor leaves anything behind.
        var id = int.Parse(File.ReadAllText(Path.Combine(_home, "run", "supervisor")).Split(' ')[0]);
        using var supervisor = Process.GetProcessById(id);
        supervisor.Kill();
        await NothingRunsAsync();
        Assert.NotEqual(0, (await RunAsync("status")).Code);
    }

    private static async Task ApplyAsync(KubernetesClient client)
    {
        var text = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                  - name: nginx
                    image: host
                    command: [nginx, -g, "daemon off;"]
                    ports: [{containerPort: 80, name: http}]
                    readinessProbe: {httpGet: {path: /, port: http}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: http}]}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: redis}
            spec:
              selector: {matchLabels: {app: redis}}
              template:
                metadata: {labels: {app: redis}}
                spec:
                  containers:
                  - name: redis
                    image: host
                    command: [redis-server, --bind, 0.0.0.0, --protected-mode, "no", --dir, /data]
                    readinessProbe: {tcpSocket: {port: 6379}}
                    volumeMounts: [{name: data, mountPath: /data}]
                  volumes: [{name: data, emptyDir: {}}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: redis}
            spec: {clusterIP: None, selector: {app: redis}, ports: [{port: 6379}]}
            """;
        foreach (var document in KubernetesYaml.ReadAll(text).OfType<JsonObject>())
        {
            var deployment = document["kind"]!.GetValue<string>() == "Deployment";
            var gvr = deployment ? new GroupVersionResource("apps", "v1", "deployments") : new GroupVersionResource("", "v1", "services");
            await client.Dynamic(gvr, deployment ? "Deployment" : "Service", true, "default").CreateAsync(document);
        }
    }

    // ClusterIP, headless name, DNS search list, user id, downward API, service-account files: all from one pod.
    private static async Task ProbeSucceedsAsync(KubernetesClient client)
    {
        var script = """
            set -e
            [ "$(id -u)" = 1000 ]
            [ "$IP" = "ip $POD" ]
            [ "$(curl -sS -o /dev/null -w '%{http_code}' http://web)" = 200 ]
            [ "$(redis-cli -h redis ping)" = PONG ]
            [ "$(getent hosts redis | wc -l)" = 1 ]
            [ -s /var/run/secrets/kubernetes.io/serviceaccount/ca.crt ]
            ! touch /etc/x 2>/dev/null
            echo fine
            """;
        var pod = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "probe" },
            ["spec"] = new JsonObject
            {
                ["restartPolicy"] = "Never",
                ["containers"] = new JsonArray(new JsonObject
                {
                    ["name"] = "probe",
                    ["image"] = "host",
                    ["command"] = new JsonArray("bash", "-c", script),
                    ["env"] = new JsonArray(
                        new JsonObject { ["name"] = "POD", ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = "status.podIP" } } },
                        new JsonObject { ["name"] = "IP", ["value"] = "ip $(POD)" }),
                    ["securityContext"] = new JsonObject { ["runAsUser"] = 1000, ["readOnlyRootFilesystem"] = true },
                }),
            },
        };
        await client.Dynamic(new GroupVersionResource("", "v1", "pods"), "Pod", true, "default").CreateAsync(pod);
        Pod? now = null;
        await UntilAsync(async () => (now = await client.Resource(Resources.Pods, "default").GetAsync("probe")).Status?.Phase is "Succeeded" or "Failed");
        Assert.True(now!.Status!.Phase == "Succeeded", now.Status.ContainerStatuses?[0].State?.Terminated?.ToString());
        await client.Resource(Resources.Pods, "default").DeleteAsync("probe");
        await UntilAsync(async () => await client.Resource(Resources.Pods, "default").FindAsync("probe") is null);
    }

    private static Task PodsReadyAsync(KubernetesClient client, int count) => UntilAsync(async () =>
        (await client.Resource(Resources.Pods, "default").ListAsync()).Items.Count(static p => (p.Status?.Conditions ?? []).Any(static c => c is { Type: "Ready", Status: "True" })) == count
        && (await client.Resource(Resources.Deployments, "default").ListAsync()).Items.All(static d => d.Status?.AvailableReplicas == d.Spec?.Replicas));

    private async Task<HttpStatusCode> GetAsync()
    {
        using var client = Client();
        var port = (await client.Resource(Resources.Services, "default").GetAsync("web")).Spec!.Ports![0].NodePort;
        using var http = new HttpClient();
        HttpStatusCode? code = null;
        await UntilAsync(async () =>
        {
            try
            {
                using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/"));
                code = response.StatusCode;
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return code!.Value;
    }

    private async Task UpAsync()
    {
        var (code, text) = await RunAsync("up", "--detach", "--no-mesh");
        Assert.True(code == 0, text);
    }

    private KubernetesClient Client() => new(KubernetesConfig.Load(Path.Combine(_home, "kubeconfig")));

    // Every process of this cluster was started below a supervisor or a node that has the folder in its environment.
    private Task NothingRunsAsync() => UntilAsync(() =>
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(folder), out _) && File.ReadAllText(Path.Combine(folder, "environ")).Contains("LINKERD_LOCAL_HOME=" + _home + "\0", StringComparison.Ordinal))
                    return Task.FromResult(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has just ended.
            }
        }

        return Task.FromResult(true);
    });

    private async Task<(int Code, string Text)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var word in (string[])[Path.Combine(AppContext.BaseDirectory, "linkerd.dll"), "local", .. arguments])
            start.ArgumentList.Add(word);
        start.Environment["LINKERD_LOCAL_HOME"] = _home;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = Environment.TickCount64 + 60_000;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "the condition did not hold in time");
            await Task.Delay(20);
        }
    }
}
