using Google.Protobuf.WellKnownTypes;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>The limits on requests and destinations in docs/reference/limits.md, reached on real proxies.</summary>
public sealed class RequestLimitTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    [Proves("6.2 MAX_IN_FLIGHT", "6.2 IDLE_CONNS", "6.2 METRICS_RETAIN_IDLE", "6.8 loadshed", "6.14 expiry")]
    public async Task Requests_above_those_in_flight_are_shed_and_idle_connections_and_series_are_given_up()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync(
            "server", ("INBOUND_PORTS", "8080,9000"), ("INBOUND_MAX_IN_FLIGHT", "2"), ("MAX_IDLE_CONNS_PER_ENDPOINT", "1"),
            ("INBOUND_HTTP1_CONNECTION_POOL_IDLE_TIMEOUT", "1h"), ("METRICS_RETAIN_IDLE", "1s"));
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Own(MuteServer.Start(server, 9000));
        using var first = await ConnectAsync(9000);
        using var second = await ConnectAsync(9000);
        await first.SendAsync(Get);
        await second.SendAsync(Get);
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("tcp_open_connections", "peer=\"dst\"", "target_port=\"9000\"") == 2, "two requests in flight");
        using var third = await ConnectAsync(8080);
        await third.SendAsync(Get);
        string answer = await third.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 503 ", answer);
        Assert.Contains("connection: close\r\n", answer);
        await server.Proxy.WhenMetricsAsync(m => m.Sum("inbound_http_errors_total", "error=\"loadshed\"") == 1, "one request shed");
        first.Abort();
        second.Abort();

        // Two at once need two connections to the application; one is kept.
        await server.Proxy.WhenMetricsAsync(m => m.Sum("tcp_open_connections", "peer=\"dst\"", "target_port=\"9000\"") == 0, "the requests given up");
        using var fourth = await ConnectAsync(8080);
        using var fifth = await ConnectAsync(8080);
        await fourth.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
        await fifth.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
        await server.Proxy.WhenMetricsAsync(m => m.Sum("tcp_open_connections", "peer=\"dst\"", "target_port=\"8080\"") == 2, "two connections");
        await fourth.SendAsync("last");
        await fifth.SendAsync("last");
        await fourth.ReadUntilAsync("last");
        await fifth.ReadUntilAsync("last");
        await server.Proxy.WhenMetricsAsync(m => m.Sum("tcp_open_connections", "peer=\"dst\"", "target_port=\"8080\"") == 1, "one connection kept");

        // A series that rests is no longer shown, one that is in use is.
        var metrics = await server.Proxy.WhenMetricsAsync(m => !m.ToString().Contains("error=\"loadshed\"", StringComparison.Ordinal), "the error forgotten");
        Assert.Equal(1, metrics.Sum("tcp_open_connections", "peer=\"dst\"", "target_port=\"8080\""));

        Task<RawClient> ConnectAsync(int port) => RawClient.ConnectAsync(outside, server.Address, port);
    }

    [Fact]
    [Proves("6.2 QUEUE", "6.8 failfast", "6.14 errors")]
    public async Task Requests_wait_for_an_endpoint_in_a_bounded_queue_for_a_bounded_time()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.AddService("void", "10.96.0.66", 80, []);
        var policy = Policies.Service("void", "void.test.svc.cluster.local", 80);
        var queue = policy.Protocol.Detect.Http1.Routes[0].Rules[0].Backends.FirstAvailable.Backends[0].Backend.Queue;
        queue.Capacity = 1;
        queue.FailfastTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(2));
        mesh.Control.Policy.Outbound.Set("10.96.0.66:80", policy);
        var address = System.Net.IPAddress.Parse("10.96.0.66");
        using var first = await RawClient.ConnectAsync(client, address, 80);
        await first.SendAsync(Get);
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("outbound_http_balancer_queue_length") == 1, "one request waiting");
        using var second = await RawClient.ConnectAsync(client, address, 80);
        await second.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 503 ", await second.ReadToEndAsync());
        Assert.StartsWith("HTTP/1.1 504 ", await first.ReadToEndAsync());
        await client.Proxy.WhenMetricsAsync(m => m.Sum("outbound_http_errors_total", "error=\"loadshed\"") == 1 && m.Sum("outbound_http_errors_total", "error=\"failfast\"") == 1, "one shed and one failed");
        Assert.Equal(0, (await client.Proxy.MetricsAsync()).Sum("outbound_http_balancer_queue_length"));
    }

    [Fact]
    [Proves("6.2 QUEUE", "6.8 failfast")]
    public async Task Requests_wait_for_an_application_in_a_bounded_queue_for_a_bounded_time()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_HTTP_QUEUE_CAPACITY", "1"), ("INBOUND_HTTP_FAILFAST_TIMEOUT", "4s"), ("INBOUND_CONNECT_EXP_BACKOFF_MAX", "200ms"));
        var outside = mesh.AddPod("outside");
        string[] command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "20", "--http2-prior-knowledge", $"http://{server.Address}:8080/"];

        // Nobody listens there yet.
        string[] statuses = await Task.WhenAll(outside.RunAsync(command), outside.RunAsync(command));
        Assert.True(statuses.Order().SequenceEqual(["503", "504"]), string.Join(' ', statuses) + mesh.Logs());
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("inbound_http_errors_total", "error=\"loadshed\"") == 1 && m.Sum("inbound_http_errors_total", "error=\"failfast\"") == 1, "one shed and one failed");

        // A request that waits is served as soon as there is somebody.
        // Until the next attempt to connect is due, requests still fail at once: such a one does not count.
        var asked = 2;
        Task<string> waiting;
        double failed;
        do
        {
            waiting = outside.RunAsync(command);
            asked++;
            var page = await server.Proxy.WhenMetricsAsync(m => m.Sum("request_total", "direction=\"inbound\"", "target_port=\"8080\"") == asked, "the request that waits");
            failed = page.Sum("inbound_http_errors_total", "error=\"failfast\"");
        }
        while (failed == asked - 1);
        mesh.Own(await AppServer.StartAsync(server, 8080, Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2));
        Assert.True(await waiting == "200", mesh.Logs());
    }

    [Fact]
    [Proves("6.2 AUTHORITY_LABELS")]
    public async Task Authorities_are_told_apart_up_to_a_bound_where_that_is_asked_for()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_METRICS_AUTHORITY_LABELS", "unsafe"));
        var plain = await mesh.AddMeshedPodAsync("plain");
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Own(await AppServer.StartAsync(plain, 8080));
        await AskAsync(server, "Web.example:8080");
        await AskAsync(server, "web.example:8080");
        await AskAsync(plain, "web.example:8080");
        var metrics = await server.Proxy!.MetricsAsync();
        foreach (var family in new[] { "request_total", "response_total", "response_latency_ms_count" })
            Assert.Equal(2, metrics.Sum(family, "direction=\"inbound\"", "authority=\"web.example:8080\""));
        Assert.DoesNotContain("web.example", (await plain.Proxy!.MetricsAsync()).ToString(), StringComparison.Ordinal);

        using var client = await RawClient.ConnectAsync(outside, server.Address, 8080);
        for (var i = 0; i < 120; i++)
            await client.SendAsync($"GET / HTTP/1.1\r\nHost: host-{i}\r\n{(i == 119 ? "connection: close\r\n" : "")}\r\n");
        await client.ReadToEndAsync();
        metrics = await server.Proxy.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"inbound\"", "target_port=\"8080\"") == 122, "all answers");
        Assert.Equal(99, Enumerable.Range(0, 120).Count(i => metrics.Sum("request_total", "direction=\"inbound\"", $"authority=\"host-{i}\"") == 1));
        Assert.Equal(122, metrics.Sum("request_total", "direction=\"inbound\"", "target_port=\"8080\""));

        async Task AskAsync(Pod pod, string host)
        {
            using var one = await RawClient.ConnectAsync(outside, pod.Address, 8080);
            await one.SendAsync($"GET / HTTP/1.1\r\nHost: {host}\r\nconnection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200", await one.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Proves("6.2 CONNECT_TIMEOUT")]
    public async Task A_connect_that_takes_too_long_is_answered_502_and_destinations_are_bounded()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var client = await mesh.AddMeshedPodAsync("client", ("OUTBOUND_CONNECT_TIMEOUT", "200ms"), ("OUTBOUND_MAX_DESTINATIONS", "2"), ("OUTBOUND_DISCOVERY_IDLE_TIMEOUT", "1s"));

        // Nobody on the link answers for this address.
        using var nobody = await RawClient.ConnectAsync(client, System.Net.IPAddress.Parse("10.93.0.250"), 80);
        await nobody.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 502 ", await nobody.ReadToEndAsync());
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("outbound_http_errors_total", "error=\"i/o\"") == 1, "one connect failed");
        using var first = await RawClient.ConnectAsync(client, System.Net.IPAddress.Parse("10.93.0.251"), 81);
        await client.Proxy.WhenMetricsAsync(m => m.Sum("tcp_open_connections", "direction=\"outbound\"", "peer=\"src\"", "target_port=\"81\"") == 1, "a second destination");
        using var second = await RawClient.ConnectAsync(client, System.Net.IPAddress.Parse("10.93.0.251"), 82);
        using var third = await RawClient.ConnectAsync(client, System.Net.IPAddress.Parse("10.93.0.251"), 83);
        Assert.Equal("", await third.ReadToEndAsync());
        await client.Proxy.WhenMetricsAsync(m => m.Sum("outbound_tcp_errors_total", "error=\"destination limit\"") >= 1, "a destination refused");
    }
}
