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
