using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Grpc.AspNetCore.Tests;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Live requests, as a gRPC client of another make sees them.</summary>
public sealed class TapTests : IDisposable
{
    private const string Tap = "tap.linkerd-viz.serviceaccount.identity.linkerd.cluster.local";
    private const string Everything = """{"limit":LIMIT,"match":{"all":{}}}""";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("l5dfn-tap-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    [Proves("6.16 tap")]
    public async Task Both_ends_of_a_request_are_told_by_three_events_each()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, server, observer) = await StartAsync(mesh, HttpProtocols.Http1);
        await using var inbound = Observe(mesh, observer, server, Everything.Replace("LIMIT", "1"));
        await using var outbound = Observe(mesh, observer, client, Everything.Replace("LIMIT", "1"));
        Assert.Equal("open", inbound.Next());
        Assert.Equal("open", outbound.Next());
        await client.RunAsync("curl", "-sS", "-o", "/dev/null", "--max-time", "10", "-d", "0123456789", "http://10.96.0.10/path?query=1");

        var events = inbound.Until("status");
        Assert.Equal("status OK ", events[^1]);
        Assert.Equal(4, events.Count);
        var request = JsonNode.Parse(events[0])!;
        Assert.Equal("INBOUND", (string?)request["proxy_direction"]);
        Assert.Equal(8080, (int?)request["destination"]!["port"]);
        Assert.Equal(Ip(server), (uint?)request["destination"]!["ip"]!["ipv4"]);
        Assert.Equal(Ip(client), (uint?)request["source"]!["ip"]!["ipv4"]);
        Assert.Equal("true", (string?)request["source_meta"]!["labels"]!["tls"]);
        Assert.Equal(client.Identity, (string?)request["source_meta"]!["labels"]!["client_id"]);
        Assert.Equal("all-unauthenticated", (string?)request["destination_meta"]!["labels"]!["srv_name"]);
        Assert.Equal("default", (string?)request["destination_meta"]!["labels"]!["route_name"]);
        var init = request["http"]!["request_init"]!;
        Assert.Equal("POST", (string?)init["method"]!["registered"]);
        Assert.Equal("HTTP", (string?)init["scheme"]!["registered"]);
        Assert.Equal("10.96.0.10", (string?)init["authority"]);
        Assert.Equal("/path", (string?)init["path"]);
        Assert.Null(init["headers"]);
        Assert.Equal(200, (int?)JsonNode.Parse(events[1])!["http"]!["response_init"]!["http_status"]);
        var end = JsonNode.Parse(events[2])!["http"]!["response_end"]!;
        Assert.True(int.Parse((string)end["response_bytes"]!) > 10, events[2]);
        Assert.NotNull(end["since_request_init"]);
        Assert.NotNull(end["since_response_init"]);
        // The three carry one id.
        Assert.All(events[..3], e => Assert.Equal(init["id"]!.ToJsonString(), JsonNode.Parse(e)!["http"]!.AsObject().Single().Value!["id"]!.ToJsonString()));

        events = outbound.Until("status");
        Assert.Equal("status OK ", events[^1]);
        request = JsonNode.Parse(events[0])!;
        Assert.Equal("OUTBOUND", (string?)request["proxy_direction"]);
        Assert.Equal("loopback", (string?)request["source_meta"]!["labels"]!["tls"]);
        Assert.Equal("server", (string?)request["destination_meta"]!["labels"]!["pod"]);
        Assert.Equal(server.Identity, (string?)request["destination_meta"]!["labels"]!["server_id"]);
        Assert.Equal("http", (string?)request["route_meta"]!["labels"]!["route_name"]);
        Assert.Equal(4, events.Count);
    }

    [Fact]
    public async Task Only_what_matches_is_told_until_the_limit_and_headers_when_asked_for()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, server, observer) = await StartAsync(mesh, HttpProtocols.Http2);
        await using var tap = Observe(mesh, observer, server, """
            {"limit":2,"extract":{"http":{"headers":{}}},
             "match":{"all":{"matches":[{"http":{"path":{"prefix":"/test.Echo/"}}},{"not":{"http":{"path":{"prefix":"/test.Echo/Repeat"}}}},{"source":{"netmask":{"ip":{"ipv4":SOURCE},"mask":32}}}]}}}
            """.Replace("SOURCE", $"{Ip(client)}").ReplaceLineEndings(""));
        Assert.Equal("open", tap.Next());
        using var channel = GrpcChannel.ForAddress("http://10.96.0.10", new GrpcChannelOptions { HttpHandler = client.Namespace.HttpHandler() });
        using (var repeat = channel.AsyncServerStreamingCall(Echo.Repeat, Echo.Bounded(), Echo.Bytes("1")))
            Assert.True(await repeat.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        for (var i = 0; i < 3; i++)
        {
            using var unary = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), Echo.Bytes("hello"));
            Assert.Equal("hello", Echo.Text(await unary));
        }

        var events = tap.Until("status").ConvertAll(e => e.StartsWith('{') ? JsonNode.Parse(e)!["http"]!.AsObject().Single() : new(e, null));
        Assert.Equal(["request_init", "response_init", "response_end", "request_init", "response_init", "response_end", "status OK "], events.Select(e => e.Key));
        var headers = Headers(events[0].Value!["headers"]);
        Assert.Equal("POST", headers[":method"]);
        Assert.Equal("/test.Echo/Unary", headers[":path"]);
        Assert.StartsWith("application/grpc", headers["content-type"], StringComparison.Ordinal);
        Assert.Equal(client.Identity, headers["l5d-client-id"]);
        Assert.Equal("200", Headers(events[1].Value!["headers"])[":status"]);
        Assert.Equal("0", Headers(events[2].Value!["trailers"])["grpc-status"]);
        Assert.Equal(0, (int?)events[2].Value!["eos"]!["grpc_status_code"]);
    }

    [Theory]
    [InlineData("tap", """{"limit":0,"match":{"all":{}}}""", "INVALID_ARGUMENT limit must be positive")]
    [InlineData("tap", """{"limit":1}""", "INVALID_ARGUMENT match: none is set")]
    [InlineData("tap", """{"limit":1,"match":{"source":{"netmask":{"ip":{"ipv4":1},"mask":99}}}}""", "INVALID_ARGUMENT match.netmask: 99 is no length of a prefix")]
    [InlineData("other", """{"limit":1,"match":{"all":{}}}""", "UNAUTHENTICATED Unauthorized client")]
    [InlineData("nobody", """{"limit":1,"match":{"all":{}}}""", "UNAUTHENTICATED Unauthorized client")]
    [Proves("6.2 TAP_SVC_NAME", "6.16 tap")]
    public async Task Others_and_senseless_requests_are_refused(string who, string request, string status)
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("TAP_SVC_NAME", Tap));
        var observer = mesh.AddPod("observer");
        await using var tap = Observe(mesh, observer, server, request, who);
        Assert.Equal("status " + status, tap.Until("status")[^1]);
    }

    [Fact]
    public async Task Many_events_come_whole_in_frames_that_cut_them()
    {
        const int Requests = 500;
        await using var mesh = await MeshFixture.StartAsync();
        var (client, server, observer) = await StartAsync(mesh, HttpProtocols.Http1);
        await using var tap = Observe(mesh, observer, server, Everything.Replace("LIMIT", $"{Requests}"));
        Assert.Equal("open", tap.Next());
        using var http = new HttpClient(client.Namespace.HttpHandler());
        await Parallel.ForEachAsync(Enumerable.Range(0, Requests), TestContext.Current.CancellationToken, async (i, stop) =>
            Assert.NotEmpty(await http.GetStringAsync(new Uri($"http://10.96.0.10/{i}"), stop)));
        var events = tap.Until("status");
        Assert.Equal("status OK ", events[^1]);
        var told = events.SkipLast(1).Select(e => JsonNode.Parse(e)!["http"]!.AsObject().Single()).ToLookup(e => e.Key, e => (string?)e.Value!["path"]);
        Assert.Equal(Requests, told["response_init"].Count());
        Assert.Equal(Requests, told["response_end"].Count());
        Assert.Equal(Enumerable.Range(0, Requests).Select(i => $"/{i}").Order(), told["request_init"].Order());
    }

    [Fact]
    public async Task An_observer_that_leaves_is_forgotten()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, server, observer) = await StartAsync(mesh, HttpProtocols.Http1);
        for (var i = 0; i < 20; i++)
        {
            // More than may be open at once.
            await using var tap = Observe(mesh, observer, server, Everything.Replace("LIMIT", "1000"));
            Assert.Equal("open", tap.Next());
            if (i > 0)
                continue;
                Assert.Equal("200", await client.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "http://10.96.0.10/"));
            Assert.Contains("request_init", tap.Next());
        }

        Assert.Equal("200", await client.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "http://10.96.0.10/"));
    }

    private static async Task<(Pod Client, Pod Server, Pod Observer)> StartAsync(MeshFixture mesh, HttpProtocols protocols)
    {
        var server = await mesh.AddMeshedPodAsync("server", ("TAP_SVC_NAME", Tap), ("CORES", "2"));
        var client = await mesh.AddMeshedPodAsync("client", ("TAP_SVC_NAME", Tap));
        mesh.Own(await AppServer.StartAsync(server, 8080, protocols));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        return (client, server, mesh.AddPod("observer"));
    }

    private static uint Ip(Pod pod) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(pod.Address.GetAddressBytes());

    private static Dictionary<string, string> Headers(JsonNode? headers) => headers!["headers"]!.AsArray()
        .ToDictionary(h => (string)h!["name"]!, h => System.Text.Encoding.ASCII.GetString(Convert.FromBase64String((string?)h!["value"] ?? "")));

    private PythonPeer Observe(MeshFixture mesh, Pod observer, Pod target, string request, string who = "tap")
    {
        var anchors = Path.Combine(_folder.FullName, "anchors.pem");
        File.WriteAllText(anchors, mesh.Authority.Anchor.ExportCertificatePem());
        var pem = "-";
        if (who != "nobody")
        {
            pem = Path.Combine(_folder.FullName, who + ".pem");
            using var certificate = mesh.Authority.Issue(who == "tap" ? Tap : $"{who}.linkerd-viz.serviceaccount.identity.linkerd.cluster.local");
            File.WriteAllText(pem, $"{certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n{certificate.ExportCertificatePem()}\n{mesh.Authority.Issuer.ExportCertificatePem()}\n");
        }

        return PythonPeer.Start(observer.Namespace, "tap_client.py",
            PythonPeer.Descriptors("io/linkerd/proxy/tap/tap.proto"), $"{target.Address}:4190", target.Identity, anchors, pem, request);
    }
}
