using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Many connections, and more than there are descriptors for.</summary>
public sealed class CapacityTests
{
    [Fact]
    public async Task Idle_connections_cost_memory_in_proportion_and_give_it_back()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        using var http = new HttpClient(client.Namespace.HttpHandler()) { Timeout = TimeSpan.FromSeconds(10) };
        await http.GetStringAsync("http://10.96.0.10/", TestContext.Current.CancellationToken);
        var before = client.Proxy!.Facts;

        var count = Chaos.Pick(1_000, 9_000);
        var from = Stopwatch.GetTimestamp();
        var connections = new RawConnection[count];
        const int AtOnce = 20;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async lane =>
        {
            for (var i = lane; i < count; i += AtOnce)
            {
                connections[i] = await RawConnection.OpenAsync(client, "10.96.0.10:80", TestContext.Current.CancellationToken);
                await connections[i].SendAsync("HEAD / HTTP/1.1\r\nHost: web\r\n\r\n");
                Assert.StartsWith("HTTP/1.1 200", await connections[i].ReceiveUntilAsync("\r\n\r\n"));
            }
        }));
        var opened = Stopwatch.GetElapsedTime(from);
        var full = client.Proxy.Facts;
        Assert.True(full.Descriptors >= before.Descriptors + count, $"{full} for {count} connections");
        var each = (full.ResidentKilobytes - before.ResidentKilobytes) * 1024 / count;
        Assert.True(each < 20_000, $"{each} bytes each: {before} became {full}");
        // Every one of them still serves.
        for (var i = 0; i < count; i += count / 50)
        {
            await connections[i].SendAsync("HEAD / HTTP/1.1\r\nHost: web\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200", await connections[i].ReceiveUntilAsync("\r\n\r\n"));
        }

        foreach (var connection in connections)
            connection.Dispose();
        await client.Proxy.WhenFactsAsync(f => f.Descriptors <= before.Descriptors + 4, "descriptors back to where they were");
        Chaos.Report($"{count} connections in {opened.TotalSeconds:0.0} s, {each} B of memory each, {before.ResidentKilobytes / 1024} MiB before");
    }

    [Fact]
    public async Task A_proxy_out_of_descriptors_keeps_what_it_has_and_recovers()
    {
        await using var mesh = await MeshFixture.StartAsync();
        mesh.Control.Identity.Lifetime = TimeSpan.FromSeconds(6);
        var server = await mesh.AddMeshedPodAsync("server");
        var client = await mesh.AddMeshedPodAsync("client", ["prlimit", "--nofile=300:300"], ("IDENTITY_MIN_REFRESH", "1s"));
        mesh.Own(TcpServer.Start(server, 7000, "hello "));
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.AddService("echo", "10.96.0.20", 7000, [MeshFixture.Endpoint(server, 7000, opaque: true)], opaque: true);
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        var stop = TestContext.Current.CancellationToken;
        using var steady = await RawConnection.OpenGreetedAsync(client, "10.96.0.20:7000", "hello ", stop);

        // More connections than descriptors: the kernel completes handshakes; the proxy takes what it can.
        var crowd = new List<RawConnection>();
        for (var i = 0; i < 500; i++)
        {
            try
            {
                crowd.Add(await RawConnection.OpenAsync(client, i % 2 == 0 ? "10.96.0.20:7000" : "10.96.0.10:80", stop));
            }
            catch (SocketException)
            {
                // Accepted and reset, before connecting had returned: no descriptor was left for its other half.
            }
        }

        await client.Proxy!.WhenFactsAsync(f => f.Descriptors >= 260, "all descriptors in use");
        for (var i = 0; i < 100; i++)
        {
            await TurnAsync($"turn {i};");
        }

        var signed = mesh.Control.Identity.Signed.GetValueOrDefault(client.Identity);
        await Eventually.TrueAsync(() => mesh.Control.Identity.Signed.GetValueOrDefault(client.Identity) > signed, "a renewed certificate, out of descriptors");
        Assert.False(client.Proxy.HasExited, mesh.Logs());
        foreach (var connection in crowd)
            connection.Abort();
        await client.Proxy.WhenFactsAsync(f => f.Descriptors < 100, "descriptors free again");
        using var http = new HttpClient(client.Namespace.HttpHandler()) { Timeout = TimeSpan.FromSeconds(15) };
        Assert.Contains("GET /after", await http.GetStringAsync("http://10.96.0.10/after", stop));
        await TurnAsync("the end;");
        ControlPlaneFaultTests.AssertSound(mesh);

        async Task TurnAsync(string text)
        {
            try
            {
                await steady.SendAsync(text);
                await steady.ReceiveUntilAsync(text);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                Assert.Fail($"the steady connection: {e.Message}\n{mesh.Logs()}");
            }
        }
    }

    [Fact]
    public async Task A_routing_loop_ends_by_itself()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var pod = await mesh.AddMeshedPodAsync("pod", ["prlimit", "--nofile=300:300"]);
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        using var http = new HttpClient(pod.Namespace.HttpHandler()) { Timeout = TimeSpan.FromSeconds(20) };
        await http.GetStringAsync("http://10.96.0.10/", TestContext.Current.CancellationToken);

        // Rules for the wrong uid: what the proxy sends comes back to it, and again.
        await pod.RunAsync("iptables-nft", "-t", "nat", "-F");
        await pod.ProgramFirewallAsync(proxyUid: 1);
        using (var answer = await http.GetAsync("http://10.96.77.77/", TestContext.Current.CancellationToken))
            Assert.True((int)answer.StatusCode >= 500, $"HTTP {answer.StatusCode}");
        Assert.False(pod.Proxy!.HasExited, mesh.Logs());

        await pod.RunAsync("iptables-nft", "-t", "nat", "-F");
        await pod.ProgramFirewallAsync();
        await pod.Proxy.WhenFactsAsync(f => f.Descriptors < 100, "descriptors free again");
        Assert.Contains("GET /after", await http.GetStringAsync("http://10.96.0.10/after", TestContext.Current.CancellationToken));
    }
}
