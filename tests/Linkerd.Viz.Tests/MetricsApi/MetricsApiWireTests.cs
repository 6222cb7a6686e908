using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Stats;
using Linkerd.Stats.Reports;
using Linkerd.Stats.Store;
using Linkerd.Testing;
using Linkerd.Viz.MetricsApi;

namespace Linkerd.Viz.Tests.MetricsApi;

/// <summary>The API as a client of another implementation sees it: python's grpcio.</summary>
public sealed class MetricsApiWireTests
{
    private const string Service = "/linkerd2.viz.Api/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_method_answers_a_foreign_client()
    {
        var api = new FakeApiServer();
        api.SetList("/api/v1/namespaces", """{"metadata":{"name":"emojivoto"}}""");
        api.SetList("/api/v1/namespaces/emojivoto/services", """{"metadata":{"namespace":"emojivoto","name":"web-svc"}}""");
        api.SetList("/api/v1/services");
        api.SetList("/apis/apps/v1/namespaces/emojivoto/deployments", """{"metadata":{"namespace":"emojivoto","name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}}}}""");
        api.SetList("/apis/apps/v1/deployments", """{"metadata":{"namespace":"emojivoto","name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}}}}""");
        const string pod = """
            {"metadata":{"namespace":"emojivoto","name":"web-1","labels":{"app":"web","linkerd.io/control-plane-ns":"linkerd","linkerd.io/proxy-deployment":"web"},"annotations":{"linkerd.io/proxy-version":"v1"}},
             "spec":{"serviceAccountName":"web"},"status":{"phase":"Running","podIP":"10.0.0.1","containerStatuses":[{"name":"linkerd-proxy","ready":true},{"name":"app","image":"app:1","state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off"}}}]}}
            """;
        api.SetList("/api/v1/namespaces/emojivoto/pods", pod);
        api.SetList("/api/v1/pods", pod);
        using var client = api.Client;
        var service = new MetricsApiService(Metrics(), new ClientObjects(client), TimeProvider.System);
        await using var server = await GrpcServer.StartAsync(new GrpcServerSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, service.Map, Cancel);

        const string target = """{"selector":{"resource":{"namespace":"emojivoto","type":"deployment"}},"timeWindow":"1m","tcpStats":true}""";
        var answers = await CallAsync(
            server.EndPoint.ToString()!,
            ("StatSummary", "StatSummary", target),
            ("StatSummary", "StatSummary", """{"selector":{"resource":{"namespace":"emojivoto","type":"deploymint"}}}"""),
            ("Edges", "Edges", """{"selector":{"resource":{"namespace":"emojivoto","type":"deployment"}}}"""),
            ("TopRoutes", "TopRoutes", """{"selector":{"resource":{"namespace":"emojivoto","type":"deployment","name":"web"}},"timeWindow":"1m"}"""),
            ("Authz", "Authz", """{"resource":{"namespace":"emojivoto","type":"deployment","name":"web"},"timeWindow":"1m"}"""),
            ("ListPods", "ListPods", """{"selector":{"resource":{"namespace":"emojivoto"}}}"""),
            ("ListServices", "ListServices", """{"namespace":"emojivoto"}"""),
            ("SelfCheck", "SelfCheck", "{}"),
            ("Gateways", "Gateways", """{"timeWindow":"1m"}"""),
            ("StatSummary", "StatSummary", """{"selector":{"resource":{"namespace":"emojivoto","type":"deployment"}},"timeWindow":"5s"}"""));

        var row = answers[0]["ok"]!["statTables"]![0]!["podGroup"]!["rows"]![0]!;
        Assert.Equal(("web", "1", "1"), (row["resource"]!["name"]!.ToString(), row["meshedPodCount"]!.ToString(), row["runningPodCount"]!.ToString()));
        Assert.Equal(("54", "6"), (row["stats"]!["successCount"]!.ToString(), row["stats"]!["failureCount"]!.ToString()));
        Assert.Equal("2", row["tcpStats"]!["openConnections"]!.ToString());
        Assert.Equal("CrashLoopBackOff", row["errorsByPod"]!["web-1"]!["errors"]![0]!["container"]!["reason"]!.ToString());
        Assert.Contains("deploymint", answers[1]["error"]!["error"]!.ToString(), StringComparison.Ordinal);
        var edge = answers[2]["ok"]!["edges"]![0]!;
        Assert.Equal(("web", "voting", "web.emojivoto", "voting.emojivoto"), (edge["src"]!["name"]!.ToString(), edge["dst"]!["name"]!.ToString(), edge["clientId"]!.ToString(), edge["serverId"]!.ToString()));
        var route = answers[3]["ok"]!["routes"]![0]!;
        Assert.Equal(("deployment/web", "GET /", "30"), (route["resource"]!.ToString(), route["rows"]![0]!["route"]!.ToString(), route["rows"]![0]!["stats"]!["successCount"]!.ToString()));
        var authz = answers[4]["ok"]!["statTable"]!["podGroup"]!["rows"]![0]!["srvStats"]!;
        Assert.Equal(("12", "web-http"), (authz["deniedCount"]!.ToString(), authz["srv"]!["name"]!.ToString()));
        var listed = answers[5]["pods"]![0]!;
        Assert.Equal(("emojivoto/web-1", "emojivoto/web", true, "v1"), (listed["name"]!.ToString(), listed["deployment"]!.ToString(), listed["proxyReady"]!.GetValue<bool>(), listed["proxyVersion"]!.ToString()));
        Assert.Equal("web-svc", answers[6]["services"]![0]!["name"]!.ToString());
        Assert.Equal(2, answers[7]["results"]!.AsArray().Count);
        Assert.All(answers[7]["results"]!.AsArray(), static r => Assert.Null(r!["Status"]));
        Assert.NotNull(answers[8]["ok"]);
        Assert.Contains("at least 15s", answers[9]["error"]!["error"]!.ToString(), StringComparison.Ordinal);
    }

    private static EmbeddedMetricsSource Metrics()
    {
        var store = new SeriesStore(new SeriesStoreOptions());
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        now -= now % 1000;
        for (var i = 0; i <= 12; i++)
        {
            store.Ingest("web", LabelSet.Of([new("namespace", "emojivoto"), new("deployment", "web")]), $$"""
                process_start_time_seconds 1
                response_total{direction="inbound",classification="success"} {{i * 9}}
                response_total{direction="inbound",classification="failure"} {{i}}
                tcp_open_connections{direction="inbound",peer="src"} 2
                tcp_open_connections{direction="outbound",peer="dst",dst_deployment="voting",dst_namespace="emojivoto",server_id="voting.emojivoto.serviceaccount.identity.linkerd.cluster.local"} 1
                route_response_total{direction="inbound",dst="web-svc.emojivoto.svc.cluster.local:80",rt_route="GET /",classification="success"} {{i * 5}}
                inbound_http_authz_deny_total{srv_kind="server",srv_name="web-http",route_name="default"} {{i * 2}}
                """, now - ((12 - i) * 10_000));
        }

        return new EmbeddedMetricsSource(store, new FixedTime(now));
    }

    private static async Task<JsonNode[]> CallAsync(string address, params (string Method, string Type, string Request)[] calls)
    {
        var folder = Directory.CreateTempSubdirectory("l5d-viz-").FullName;
        try
        {
            var descriptors = Path.Combine(folder, "descriptors");
            await RunAsync(Protoc(), "-I", Path.Combine(Repository.Root, "proto"), "-I", "/usr/include", "--include_imports", $"--descriptor_set_out={descriptors}", "linkerd2/viz/viz.proto");
            var script = Path.Combine(Repository.Root, "tests", "Linkerd.Viz.Tests", "Python", "unary.py");
            string[] arguments = [script, descriptors, address, .. calls.SelectMany(static c => (string[])[Service + c.Method, $"linkerd2.viz.{c.Type}Request", $"linkerd2.viz.{c.Type}Response", c.Request])];
            var output = await RunAsync("/usr/bin/python3", arguments);
            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Protoc()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return File.Exists("/usr/bin/protoc")
            ? "/usr/bin/protoc"
            : Directory.EnumerateFiles(Path.Combine(packages, "grpc.tools"), "protoc", SearchOption.AllDirectories).First(static f => f.Contains("linux_x64", StringComparison.Ordinal));
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(Cancel);
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.True(process.ExitCode == 0, $"{program}: {await error}");
        return output;
    }

    private sealed class FixedTime(long ms) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(ms);
    }
}
