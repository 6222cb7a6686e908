using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>A Prometheus beside the cluster with the scrape configuration that the documentation gives, only faster.</summary>
internal sealed partial class PrometheusServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("e2e-prometheus").FullName;
    private readonly Process _process;

    public PrometheusServer()
    {
        // Debian's build cannot discover pods by itself: it is given what its discovery would find, under the same labels.
        var targets = Path.Combine(_folder, "targets.json");
        File.WriteAllText(targets, Discover().ToJsonString());
        var configuration = File.ReadAllText(Path.Combine(Repository.Root, "manifests", "prometheus.yaml"))
            .Replace("10s", "1s", StringComparison.Ordinal)
            .Replace("kubernetes_sd_configs:\n  - role: pod\n", $"file_sd_configs:\n  - files: ['{targets}']\n", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "prometheus.yaml"), configuration);
        var port = FreePort();
        Address = $"http://127.0.0.1:{port}";
        _process = Process.Start(new ProcessStartInfo("prometheus",
        [
            $"--config.file={_folder}/prometheus.yaml", $"--storage.tsdb.path={_folder}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
        ]) { RedirectStandardError = true }) ?? throw new InvalidOperationException("prometheus did not start");
        _process.ErrorDataReceived += static (_, line) => Console.Error.WriteLine(line.Data);
        _process.BeginErrorReadLine();
    }

    public string Address { get; }

    /// <summary>Waits until it answers.</summary>
    public async Task ReadyAsync()
    {
        using var http = new HttpClient();
        await Eventually.TrueAsync(() => _process.HasExited || Ready(), "Prometheus", 30);

        bool Ready()
        {
            try
            {
                using var response = http.Send(new HttpRequestMessage(HttpMethod.Get, Address + "/-/ready"));
                return response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static JsonArray Discover()
    {
        var found = new JsonArray();
        foreach (var pod in JsonNode.Parse(Kubectl.Run("get", "pods", "-A", "-o", "json"))!["items"]!.AsArray())
        {
            var spec = pod!["spec"]!;
            foreach (var container in spec["containers"]!.AsArray().Concat(spec["initContainers"]?.AsArray() ?? []))
            {
                foreach (var port in container!["ports"]?.AsArray() ?? [])
                    found.Add((JsonNode)Target(pod, container, port!));
            }
        }

        return found;
    }

    private static JsonObject Target(JsonNode pod, JsonNode container, JsonNode port)
    {
        var labels = new JsonObject
        {
            ["__meta_kubernetes_namespace"] = Text(pod["metadata"]!["namespace"]),
            ["__meta_kubernetes_pod_name"] = Text(pod["metadata"]!["name"]),
            ["__meta_kubernetes_pod_phase"] = Text(pod["status"]!["phase"]),
            ["__meta_kubernetes_pod_container_name"] = Text(container["name"]),
            ["__meta_kubernetes_pod_container_port_name"] = Text(port["name"]),
        };
        foreach (var (name, value) in pod["metadata"]!["labels"]?.AsObject() ?? [])
            labels["__meta_kubernetes_pod_label_" + NotOfALabel().Replace(name, "_")] = Text(value);
        return new JsonObject { ["targets"] = new JsonArray($"{pod["status"]!["podIP"]}:{port["containerPort"]}"), ["labels"] = labels };

        static string Text(JsonNode? node) => node?.GetValue<string>() ?? "";
    }

    [GeneratedRegex("[^a-zA-Z0-9_]")]
    private static partial Regex NotOfALabel();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
