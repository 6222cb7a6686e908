using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Inject.ControlPlane;
using Linkerd.Kubernetes;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>
/// The injector: reviews of new pods at given rates, over TLS and HTTP/1.1 connections that are kept, as an API server asks. Nobody
/// waits for an answer before the next question.
/// </summary>
internal sealed class AdmissionRun(Options options, KubernetesClient client, string folder)
{
    public const string Name = "proxy-injector";

    private const string Host = "linkerd-proxy-injector.linkerd.svc";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(8);

    private readonly Latencies _answered = new();
    private int _refused;

    /// <summary>Starts the component and asks at every rate.</summary>
    public async Task<JsonObject> RunAsync(Child server, string kubeconfig)
    {
        var reviews = await PodReviews.CreateAsync(client);
        var certificate = await WriteFilesAsync();
        var (port, admin) = (Child.FreePort(), Child.FreePort());
        string[] arguments =
        [
            Name, "--addr", $"127.0.0.1:{port}", "--admin-addr", $"127.0.0.1:{admin}", "--values", Path.Combine(folder, "values"),
            "--trust-roots", Path.Combine(folder, "anchors"), "--tls", folder, "--kubeconfig", kubeconfig,
        ];
        var started = Stopwatch.GetTimestamp();
        await using var component = Child.Start(folder, Name, options.Controller, arguments, options.Environment);
        await Child.WhenServingAsync(admin, s_limit);
        var cold = Stopwatch.GetElapsedTime(started).TotalSeconds;
        using var http = Caller(port, certificate);
        started = Stopwatch.GetTimestamp();
        await CheckAsync(http, reviews.Next());
        var first = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        await Task.Delay(s_settle);
        var idle = component.Gauge.ResidentMiB;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Name}: ready after {cold:0.00} s, first answer after {first:0} ms, {idle:0.0} MiB"));
        var rates = new JsonArray();
        foreach (var rate in options.Admissions)
            rates.Add((JsonNode)await HoldAsync(http, reviews, rate, component, server));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    peak {component.Gauge.PeakMiB:0.0} MiB"));
        return new JsonObject
        {
            ["component"] = Name,
            ["question"] = "the AdmissionReview of a new pod of a Deployment",
            ["coldStartSeconds"] = Comparison.Rounded(cold),
            ["firstAnswerMs"] = Comparison.Rounded(first),
            ["residentMiBIdle"] = Comparison.Rounded(idle),
            ["rates"] = rates,
            ["residentMiBPeak"] = Comparison.Rounded(component.Gauge.PeakMiB),
        };
    }

    /// <summary>A caller as the API server's: it resolves the Service itself, trusts the caBundle only, and keeps its connections.</summary>
    private static HttpClient Caller(int port, X509Certificate2 certificate)
    {
        var handler = new SocketsHttpHandler
        {
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync("127.0.0.1", port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { certificate },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        return new HttpClient(handler) { BaseAddress = new Uri($"https://{Host}/?timeout=10s"), Timeout = TimeSpan.FromSeconds(10) };
    }

    private static async Task<JsonNode?> AskAsync(HttpClient http, byte[] review)
    {
        using var content = new ByteArrayContent(review);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await http.PostAsync((Uri?)null, content);
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsByteArrayAsync())?["response"];
    }

    /// <summary>What is measured must be an injection.</summary>
    private static async Task CheckAsync(HttpClient http, byte[] review)
    {
        var answer = await AskAsync(http, review);
        var patch = (string?)answer?["patch"] is { } text ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : "";
        if (!patch.Contains("\"linkerd-proxy\"", StringComparison.Ordinal))
            throw new InvalidOperationException($"the pod of the review was not injected: {answer?.ToJsonString()}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  a review has {review.Length} bytes, its patch {patch.Length}"));
    }

    private async Task AskAndNoteAsync(HttpClient http, byte[] review)
    {
        var from = Stopwatch.GetTimestamp();
        try
        {
            var answer = await AskAsync(http, review);
            if (answer?["allowed"]?.GetValue<bool>() == true && answer["patch"] is not null)
            {
                _answered.Add(from);
                return;
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // Counted as what it is: an admission that did not happen.
        }

        Interlocked.Increment(ref _refused);
    }

    private async Task<JsonObject> HoldAsync(HttpClient http, PodReviews reviews, int rate, Child component, Child server)
    {
        _refused = 0;
        var cpu = (component.Gauge.CpuSeconds, server.Gauge.CpuSeconds, ProcessGauge.Own.CpuSeconds);
        var from = Stopwatch.GetTimestamp();
        var made = 0;
        var asking = new List<Task>();
        while (Stopwatch.GetElapsedTime(from) is var elapsed && elapsed.TotalSeconds < options.Seconds)
        {
            for (; made < elapsed.TotalSeconds * rate; made++)
                asking.Add(AskAndNoteAsync(http, reviews.Next()));
            asking.RemoveAll(static a => a.IsCompletedSuccessfully);
            await Task.Delay(1);
        }

        await Task.WhenAll(asking);
        var took = Stopwatch.GetElapsedTime(from).TotalSeconds;
        var (answered, at) = _answered.Take(0.5, 0.99, 1);
        double Share(double before, double after) => (after - before) / took;
        var (own, api, load) = (Share(cpu.Item1, component.Gauge.CpuSeconds), Share(cpu.Item2, server.Gauge.CpuSeconds), Share(cpu.Item3, ProcessGauge.Own.CpuSeconds));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"    {rate,5}/s (reached {made / took,6:0}): p50 {at[0],7:0.0} ms, p99 {at[1],7:0.0} ms, most {at[2]:0.0} ms, {answered} injected, {_refused} not; cores: {Name} {own:0.00}, API server {api:0.00}, load {load:0.00}; {component.Gauge.ResidentMiB:0.0} MiB"));
        return new JsonObject
        {
            ["admissionsPerSecond"] = rate,
            ["admissionsPerSecondReached"] = Comparison.Rounded(made / took),
            ["injected"] = answered,
            ["notInjected"] = _refused,
            ["p50Ms"] = Comparison.Rounded(at[0]),
            ["p99Ms"] = Comparison.Rounded(at[1]),
            ["maxMs"] = Comparison.Rounded(at[2]),
            ["componentCores"] = Comparison.Rounded(own),
            ["apiServerCores"] = Comparison.Rounded(api),
            ["loadCores"] = Comparison.Rounded(load),
            ["residentMiB"] = Comparison.Rounded(component.Gauge.ResidentMiB),
        };
    }

    /// <summary>What is mounted into the injector's pod, from the chart; returns the certificate to trust.</summary>
    private async Task<X509Certificate2> WriteFilesAsync()
    {
        var config = ControlPlaneManifests.Documents(new ControlPlaneOptions())
            .First(static d => (string?)d["kind"] == "ConfigMap" && (string?)d["metadata"]?["name"] == "linkerd-config");
        var issuer = ControlPlaneCertificates.Issuer("root.linkerd.cluster.local", TimeProvider.System);
        var webhook = ControlPlaneCertificates.Webhook(Host, TimeProvider.System);
        await File.WriteAllTextAsync(Path.Combine(folder, "values"), (string)config["data"]!["values"]!);
        await File.WriteAllTextAsync(Path.Combine(folder, "anchors"), issuer.CertificatePem);
        await File.WriteAllTextAsync(Path.Combine(folder, "tls.crt"), webhook.CertificatePem);
        await File.WriteAllTextAsync(Path.Combine(folder, "tls.key"), webhook.KeyPem);
        return X509Certificate2.CreateFromPem(webhook.CertificatePem);
    }
}
