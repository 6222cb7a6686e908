using System.Net;
using Linkerd.Api.Services;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>A control plane that does not say what a destination is: nothing may be sent there in clear on the chance that it is nobody's.</summary>
public sealed class DiscoveryFaultTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const int PolicySilent = 8081, ProfileSilent = 8082, BothSilent = 8083, OnlyProfileSilent = 8084;

    [Fact]
    [Proves("6.9 unanswered", "6.2 QUEUE")]
    public async Task What_the_control_plane_says_nothing_of_gets_nothing_until_it_does()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var outside = mesh.AddPod("outside");
        int[] ports = [PolicySilent, ProfileSilent, BothSilent, OnlyProfileSilent];
        var servers = ports.ToDictionary(port => port, port => mesh.Own(RawServer.Start(outside, port, ServeAsync)));
        mesh.AddService("known", outside.Address.ToString(), OnlyProfileSilent, [MeshFixture.Endpoint(outside, OnlyProfileSilent)]);
        mesh.Control.Destination.Lie = (method, key, _, stop) => method == DestinationApi.GetProfile && PortOf(key) is ProfileSilent or BothSilent or OnlyProfileSilent ? SilentAsync(stop) : null;
        mesh.Control.Policy.Lie = (method, key, _, stop) => method == OutboundApi.Watch && PortOf(key) is PolicySilent or BothSilent ? SilentAsync(stop) : null;
        var client = await mesh.AddMeshedPodAsync("client", ("OUTBOUND_TCP_FAILFAST_TIMEOUT", "2s"), ("CONTROL_STREAM_INITIAL_TIMEOUT", "1s"));

        // Policy alone is enough; a profile that does not come is not waited for.
        using var served = await RawClient.ConnectAsync(client, outside.Address, OnlyProfileSilent);
        await served.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 200 ", await served.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);

        foreach (var port in new[] { PolicySilent, ProfileSilent, BothSilent })
        {
            using var http = await RawClient.ConnectAsync(client, outside.Address, port);
            await http.SendAsync(Get);
            var answer = await http.ReadToEndAsync();
            Assert.True(answer.StartsWith("HTTP/1.1 504 ", StringComparison.Ordinal), $"{port}: {answer}\n{mesh.Logs()}");
            Assert.Contains("l5d-proxy-error: the control plane has not said what this destination is", answer);
            using var opaque = await RawClient.ConnectAsync(client, outside.Address, port);
            await opaque.SendAsync("\0\u0001neither version of HTTP");
            Assert.Equal("", await opaque.ReadToEndAsync());
            Assert.True(opaque.IsReset);
            Assert.Equal(0, servers[port].Accepted);
        }

        var metrics = await client.Proxy!.MetricsAsync();
        Assert.Equal(3, metrics.Sum("outbound_http_errors_total", "error=\"failfast\""));
        Assert.Equal(3, metrics.Sum("outbound_tcp_errors_total", "error=\"failfast\""));

        // It speaks again: what it says counts at once.
        mesh.Control.Destination.Lie = null;
        mesh.Control.Policy.Lie = null;
        foreach (var port in new[] { PolicySilent, ProfileSilent, BothSilent })
        {
            await WhenServedAsync(client, outside.Address, port);
        }
    }

    [Fact]
    [Proves("6.2 QUEUE")]
    public async Task Connections_wait_for_the_first_lookup_within_limits()
    {
        await using var mesh = await MeshFixture.StartAsync();
        mesh.Control.Policy.Lie = (method, _, _, stop) => method == OutboundApi.Watch ? SilentAsync(stop) : null;
        var client = await mesh.AddMeshedPodAsync("client", ("OUTBOUND_TCP_QUEUE_CAPACITY", "1"), ("OUTBOUND_TCP_FAILFAST_TIMEOUT", "2s"));
        var address = IPAddress.Parse("10.96.0.77");
        using var first = await RawClient.ConnectAsync(client, address, 80);
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("tcp_open_connections", "direction=\"outbound\"", "peer=\"src\"", "target_port=\"80\"") == 1, "one connection waiting");
        using var second = await RawClient.ConnectAsync(client, address, 80);
        await second.SendAsync(Get);
        Assert.Equal("", await second.ReadToEndAsync());
        Assert.Equal(1, (await client.Proxy.MetricsAsync()).Sum("outbound_tcp_errors_total", "error=\"loadshed\""));
        await first.SendAsync(Get);
        Assert.StartsWith("HTTP/1.1 504 ", await first.ReadToEndAsync(), StringComparison.Ordinal);
    }

    private static async Task WhenServedAsync(Pod client, IPAddress address, int port)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        string answer;
        do
        {
            await again.WaitForNextTickAsync(deadline.Token);
            using var connection = await RawClient.ConnectAsync(client, address, port);
            await connection.SendAsync(Get);
            answer = await connection.ReadUntilAsync("\r\n\r\n");
        }
        while (!answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal));
    }

    private static int PortOf(string key) => IPEndPoint.TryParse(key, out var address) ? address.Port : 0;

    private static Task SilentAsync(CancellationToken stop) => Task.Delay(Timeout.Infinite, stop);

    private static async Task ServeAsync(RawConnection connection)
    {
        while (true)
        {
            await connection.ReceiveUntilAsync("\r\n\r\n");
            await connection.SendAsync("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    }
}
