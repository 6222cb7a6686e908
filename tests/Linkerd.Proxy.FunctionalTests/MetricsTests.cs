using System.Text.RegularExpressions;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Grpc.AspNetCore.Tests;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>What real proxies show under HTTP, gRPC and opaque traffic, held against docs/reference/metrics.md.</summary>
public sealed partial class MetricsTests
{
    // What this scenario's traffic must bring up on one of the two proxies.
    private static readonly string[] s_expected =
    [
        "request_total", "response_total", "response_latency_ms", "tcp_open_total", "tcp_close_total", "tcp_open_connections", "tcp_read_bytes_total", "tcp_write_bytes_total",
        "inbound_http_authz_allow_total", "inbound_http_authz_deny_total", "inbound_http_requests_total", "inbound_http_statuses_total", "inbound_http_request_duration_seconds",
        "inbound_tcp_authz_allow_total", "inbound_tcp_detect_http_duration_seconds", "inbound_tcp_detect_http_results_total", "inbound_tcp_transport_header_connections_total",
        "outbound_tcp_detect_http_duration_seconds", "outbound_tcp_detect_http_results_total", "outbound_tcp_protocol_connections_total", "outbound_tcp_route_open_total", "outbound_tcp_route_close_total",
        "outbound_http_route_request_statuses_total", "outbound_http_route_backend_requests_total",
        "outbound_http_balancer_endpoints", "outbound_http_balancer_p2c_endpoints", "outbound_http_balancer_p2c_updates_total", "outbound_http_balancer_queue_requests_total",
        "outbound_http_balancer_queue_latency_seconds", "outbound_http_balancer_queue_gate_open_time_seconds", "outbound_http_balancer_queue_gate_timeout_seconds",
        "outbound_tcp_balancer_endpoints", "outbound_tcp_balancer_queue_requests_total",
        "stack_create_total", "stack_drop_total", "stack_poll_total", "stack_poll_total_ms",
        "control_request_total", "control_response_total", "control_identity_cert_expiration_timestamp_seconds", "control_identity_cert_refreshes_total", "identity_trust_anchor_info", "identity_issuer_info",
        "process_start_time_seconds", "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds", "process_threads", "process_network_receive_bytes_total",
        "proxy_build_info", "openssl_info", "event_loop_turns_total",
    ];

    [Fact]
    [Proves("6.14 tcp", "6.14 stack", "6.14 detect", "6.14 inbound", "6.14 balancer", "6.14 outbound tcp", "6.14 control", "6.14 control balancer", "6.14 process")]
    public async Task A_real_proxy_shows_what_the_page_says_and_nothing_else()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_PORTS", "8080,8081,9001,9003"));
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Control.Policy.Inbound.Set("server:9003", Policies.Deny());
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Own(await AppServer.StartAsync(server, 8081, HttpProtocols.Http2));
        mesh.Own(TcpServer.Start(server, 9001));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        mesh.AddService("grpc", "10.96.0.11", 8081, [MeshFixture.Endpoint(server, 8081)]);
        mesh.AddService("echo", "10.96.0.12", 9001, [MeshFixture.Endpoint(server, 9001, opaque: true)], opaque: true);

        Assert.Equal("200", await client.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "http://10.96.0.10/"));
        Assert.Equal("403", await client.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", $"http://{server.Address}:9003/"));
        using (var channel = GrpcChannel.ForAddress("http://10.96.0.11:8081", new GrpcChannelOptions { HttpHandler = client.Namespace.HttpHandler() }))
        {
            using var unary = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), Echo.Bytes("call"));
            Assert.Equal("call", Echo.Text(await unary));
        }

        using (var opaque = await RawClient.ConnectAsync(client, System.Net.IPAddress.Parse("10.96.0.12"), 9001))
        {
            await opaque.SendAsync("opaque");
            Assert.Equal("opaque", await opaque.ReadUntilAsync("opaque"));
        }

        await client.Proxy!.WhenMetricsAsync(m => m.Sum("outbound_tcp_route_close_total") == 1, "the opaque connection closed");
        var text = $"{await client.Proxy.MetricsAsync()}\n{await server.Proxy!.MetricsAsync()}";
        var shown = TypeLine().Matches(text).Select(m => (Name: m.Groups[1].Value, Type: m.Groups[2].Value)).Distinct().ToArray();
        var page = MetricsPage.Read();
        Assert.Empty(shown.Except(page.Select(f => (f.Name, f.Type))));
        Assert.Empty(s_expected.Except(shown.Select(f => f.Name)));

        var described = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/reference/metrics.md"), TestContext.Current.CancellationToken);
        var labels = LabelName().Matches(text).Select(m => m.Groups[1].Value).Distinct()
            .Where(l => l != "le" && !l.StartsWith("dst_", StringComparison.Ordinal) && !l.StartsWith("backend_", StringComparison.Ordinal));
        Assert.All(labels, l => Assert.Contains($"`{l}`", described));
    }

    [GeneratedRegex(@"^# TYPE (\S+) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"[{,](\w+)=""")]
    private static partial Regex LabelName();
}
