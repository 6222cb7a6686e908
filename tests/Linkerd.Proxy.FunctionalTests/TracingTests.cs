using System.Text.Json.Nodes;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Spans of both proxies, as a collector of another make receives them, and the access log.</summary>
public sealed class TracingTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Parent = "00f067aa0ba902b7";

    [Theory]
    [InlineData("traceparent", "00-" + Trace + "-" + Parent + "-01")]
    [InlineData("grpc-trace-bin", "AABL+S81d7NNpqPOkp0ODkc2AQDwZ6oLqQK3AgE=")]
    [InlineData("x-b3-traceid", Trace)]
    [Proves("6.16 export", "6.2 TRACE")]
    public async Task A_sampled_request_leaves_a_chain_of_spans(string header, string value)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, collector) = await StartAsync(mesh);
        string[] b3 = header == "x-b3-traceid" ? ["-H", $"x-b3-spanid: {Parent}", "-H", "x-b3-sampled: 1"] : [];
        var answer = await client.RunAsync(["curl", "-sS", "--max-time", "10", "-H", $"{header}: {value}", .. b3, "http://10.96.0.10/path?status=503&q=1"]);

        var spans = new[] { JsonNode.Parse(collector.Next())!, JsonNode.Parse(collector.Next())! };
        var outbound = spans.Single(s => (int?)s["kind"] == 3);
        var inbound = spans.Single(s => (int?)s["kind"] == 2);
        // client → outbound span → inbound span → application.
        Assert.Equal(Trace, (string?)outbound["trace"]);
        Assert.Equal(Trace, (string?)inbound["trace"]);
        Assert.Equal(Parent, (string?)outbound["parent"]);
        Assert.Equal((string?)outbound["span"], (string?)inbound["parent"]);
        var told = header == "grpc-trace-bin"
            ? Convert.ToHexStringLower(Convert.FromBase64String(answer.Split('\n').Single(l => l.StartsWith(header, StringComparison.Ordinal)).Split(' ')[1]))
            : answer;
        Assert.Contains((string)inbound["span"]!, told);
        Assert.Equal("/path", (string?)inbound["name"]);
        Assert.Equal(2, (int?)inbound["status"]);
        Assert.Equal(0x301, (int?)inbound["flags"]);
        var attributes = inbound["attributes"]!;
        Assert.Equal("GET", (string?)attributes["http.request.method"]);
        Assert.Equal("http://10.96.0.10/path?status=503&q=1", (string?)attributes["url.full"]);
        Assert.Equal("status=503&q=1", (string?)attributes["url.query"]);
        Assert.Equal("10.96.0.10", (string?)attributes["server.address"]);
        Assert.Equal(503, (int?)attributes["http.response.status_code"]);
        Assert.Equal("inbound", (string?)attributes["direction"]);
        Assert.StartsWith("curl/", (string?)attributes["user_agent.original"], StringComparison.Ordinal);
        var start = (long)inbound["start"]!;
        Assert.InRange(start, DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds() * 1_000_000, (long)inbound["end"]!);
        Assert.Equal("web-proxy", (string?)inbound["resource"]!["service.name"]);
        Assert.Equal("web", (string?)inbound["resource"]!["app"]);
        Assert.Equal("test", (string?)inbound["resource"]!["deployment.environment"]);
        Assert.Equal("linkerd2-proxy", (string?)inbound["scope"]);
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("opentelemetry_span_exports") == 1 && m.Sum("opentelemetry_span_export_requests") == 1, "the exported span");
    }

    [Fact]
    public async Task A_request_that_is_not_sampled_is_told_on_and_not_exported()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, collector) = await StartAsync(mesh);
        var plain = await client.RunAsync("curl", "-sS", "--max-time", "10", "http://10.96.0.10/untraced");
        Assert.DoesNotContain("traceparent", plain);
        var answer = await client.RunAsync("curl", "-sS", "--max-time", "10", "-H", $"traceparent: 00-{Trace}-{Parent}-00", "-H", "tracestate: a=b", "http://10.96.0.10/unsampled");
        Assert.Contains($"traceparent: 00-{Trace}-", answer);
        Assert.DoesNotContain(Parent, answer);
        Assert.Contains("tracestate: a=b", answer);
        // The first span that comes is that of a later, sampled request.
        await client.RunAsync("curl", "-sS", "--max-time", "10", "-H", $"traceparent: 00-{Trace}-{Parent}-01", "http://10.96.0.10/sampled");
        Assert.Equal("/sampled", (string?)JsonNode.Parse(collector.Next())!["name"]);
        Assert.Equal("/sampled", (string?)JsonNode.Parse(collector.Next())!["name"]);
    }

    [Fact]
    public async Task A_collector_that_is_away_costs_spans_and_nothing_else()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("TRACE_COLLECTOR_SVC_ADDR", $"{mesh.Control.Address}:9"));
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        var answer = await outside.RunAsync("curl", "-sS", "--max-time", "10", "-H", $"traceparent: 00-{Trace}-{Parent}-01", $"http://{server.Address}:8080/");
        Assert.Contains($"traceparent: 00-{Trace}-", answer);
        Assert.DoesNotContain(Parent, answer);
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("opentelemetry_spans_dropped_total") == 1 && m.Sum("opentelemetry_span_exports") == 0, "the dropped span");
    }

    [Theory]
    [InlineData("apache")]
    [InlineData("json")]
    [Proves("6.16 access log")]
    public async Task Every_inbound_request_is_a_line_of_the_access_log(string format)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("ACCESS_LOG", format));
        var client = await mesh.AddMeshedPodAsync("client");
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        await client.RunAsync("curl", "-sS", "-o", "/dev/null", "--max-time", "10", "-A", "test", "http://10.96.0.10/meshed?status=404");
        mesh.Control.Policy.Inbound.Set("server:8080", Policies.Deny());
        await WhenAsync(async () => await outside.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", $"http://{server.Address}:8080/denied") == "403");
        await server.Proxy!.StopAsync();

        // All of it is written before the proxy ends.
        var lines = server.Proxy!.Log.Split('\n');
        if (format == "apache")
        {
            Assert.Contains(lines, l => l.StartsWith($"{client.Address}:", StringComparison.Ordinal) && l.Contains($" {client.Identity} - [") && l.EndsWith("] \"GET http://10.96.0.10/meshed?status=404 HTTP/1.1\" 404", StringComparison.Ordinal));
            Assert.Contains(lines, l => l.StartsWith($"{outside.Address}:", StringComparison.Ordinal) && l.Contains(" - - [") && l.EndsWith($"] \"GET http://{server.Address}:8080/denied HTTP/1.1\" 403", StringComparison.Ordinal));
            return;
        }

        var entries = lines.Where(l => l.StartsWith("{\"client.addr\"", StringComparison.Ordinal)).Select(l => JsonNode.Parse(l)!).ToList();
        var meshed = entries.Single(e => (string?)e["uri"] == "http://10.96.0.10/meshed?status=404");
        Assert.Equal(404, (int?)meshed["status"]);
        Assert.Equal(client.Identity, (string?)meshed["client.id"]);
        Assert.Equal("test", (string?)meshed["user_agent"]);
        Assert.Equal("10.96.0.10", (string?)meshed["host"]);
        Assert.Equal("HTTP/1.1", (string?)meshed["version"]);
        Assert.Contains(entries, e => (int?)e["status"] == 403 && (string?)e["client.id"] == "-");
    }

    private static async Task<(Pod Client, PythonPeer Collector)> StartAsync(MeshFixture mesh)
    {
        var pod = mesh.AddPod("collector");
        var collector = mesh.Own(PythonPeer.Start(pod.Namespace, "otlp_collector.py", PythonPeer.Descriptors("otlp.proto"), "4317"));
        Assert.Equal("listening", collector.Next());
        var labels = mesh.Own(new TemporaryFile("app=\"web\"\nservice.name=\"overridden\"\n"));
        (string, string)[] environment =
        [
            ("TRACE_COLLECTOR_SVC_ADDR", $"{pod.Address}:4317"),
            ("TRACE_SERVICE_NAME", "linkerd-proxy"),
            ("TRACE_ATTRIBUTES_PATH", labels.Path),
            ("TRACE_EXTRA_ATTRIBUTES", "service.name=web-proxy\ndeployment.environment=test\n"),
        ];
        var server = await mesh.AddMeshedPodAsync("server", environment);
        var client = await mesh.AddMeshedPodAsync("client", environment);
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        return (client, collector);
    }

    private static async Task WhenAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (!await condition())
            await Task.Delay(20, deadline.Token);
    }

    private sealed class TemporaryFile : IAsyncDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("l5dfn-labels-");

        public TemporaryFile(string text)
        {
            Path = System.IO.Path.Combine(_folder.FullName, "labels");
            File.WriteAllText(Path, text);
            Shell.Run("chmod", "-R", "go=rX", _folder.FullName);
        }

        public string Path { get; }

        public ValueTask DisposeAsync()
        {
            _folder.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
