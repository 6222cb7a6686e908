using System.Diagnostics;
using System.Net;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Grpc;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Bad networks, restless control planes, hostile clients and wrong clocks. In full with <c>make chaos</c>.</summary>
public sealed class ChaosTests
{
    [Fact]
    public async Task A_link_that_delays_loses_and_parts_costs_what_was_in_flight()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var far = await mesh.AddMeshedPodAsync("far");
        var near = await mesh.AddMeshedPodAsync("near");
        var between = mesh.AddPod("between");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(far, 8080));
        mesh.Own(await AppServer.StartAsync(near, 8080));
        var link = mesh.Own(FaultyRelay.Start(between.Namespace, new IPEndPoint(between.Address, 4143), new IPEndPoint(far.Address, 4143)));
        var remote = MeshFixture.Endpoint(far, 8080);
        remote.Addr = Linkerd.Api.Mapping.Addresses.ToWire(new IPEndPoint(between.Address, 8080));
        remote.Http2 = new() { KeepAlive = new() { Interval = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)), Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) } };
        mesh.AddService("far", "10.96.0.9", 80, [remote]);
        mesh.AddService("web", "10.96.0.10", 80, [remote, MeshFixture.Endpoint(near, 8080)]);

        link.Delay = TimeSpan.FromMilliseconds(10);
        link.Loss = 0.02;
        await using (var lossy = HttpLoad.Start(client, "http://10.96.0.9/", 100))
        {
            await lossy.WhenSentAsync(Chaos.Pick(200, 6_000));
            await lossy.StopAsync();
            Assert.True(lossy.Failed == 0, $"{lossy.Failed} of {lossy.Sent} failed: {string.Join("; ", lossy.Failures)}\n{mesh.Logs()}");
        }

        link.Loss = 0;
        link.Delay = TimeSpan.Zero;
        await using var load = HttpLoad.Start(client, "http://10.96.0.10/", 200);
        await load.WhenSentAsync(200);
        Assert.Equal(0, load.Failed);
        link.State = LinkState.Stalled;
        await load.WhenSentAsync(Chaos.Pick(1_000, 12_000));
        var parted = load.Failed;
        link.State = LinkState.Up;
        // The balancer remembers its latency and may leave it alone for long; alone it must serve.
        await using var healed = HttpLoad.Start(client, "http://10.96.0.9/", 20);
        await Eventually.TrueAsync(() => healed.ServedBy.ContainsKey("far"), "the far endpoint to be used again", seconds: 70);
        await healed.StopAsync();
        await load.StopAsync();
        // What was sent into the link before its silence was noticed, in 2 s at most.
        Assert.True(load.Failed <= 60 && load.ServedBy.GetValueOrDefault("near") > 0, $"{load.Failed} of {load.Sent} failed: {string.Join("; ", load.Failures)}\n{mesh.Logs()}");
        Chaos.Report($"2 % loss and 10 ms: none failed; parted: {parted} of {load.Sent} failed; healed: {load.Failed - parted} more");
    }

    [Fact]
    public async Task Endpoints_that_come_and_go_and_policies_that_change_all_the_time_fail_nothing()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var one = await mesh.AddMeshedPodAsync("one");
        var two = await mesh.AddMeshedPodAsync("two");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(one, 8080));
        mesh.Own(await AppServer.StartAsync(two, 8080));
        Linkerd.Api.Destination.WeightedAddr[] both = [MeshFixture.Endpoint(one, 8080), MeshFixture.Endpoint(two, 8080)];
        mesh.AddService("web", "10.96.0.10", 80, both);
        await using var load = HttpLoad.Start(client, "http://10.96.0.10/", Chaos.Pick(100, 200));
        await load.WhenSentAsync(50);
        var before = client.Proxy!.Facts;

        var flaps = 0;
        using (var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50)))
        {
            for (var goal = load.Sent + Chaos.Pick(200, 6_000); load.Sent < goal && await tick.WaitForNextTickAsync(); flaps++)
                mesh.Control.Destination.Endpoints.Set("web.test.svc.cluster.local:80", (flaps % 3) switch { 0 => [both[0]], 1 => [both[1]], _ => both });
        }

        Assert.True(load.Failed == 0, $"{load.Failed} of {load.Sent} failed while flapping: {string.Join("; ", load.Failures)}\n{mesh.Logs()}");
        mesh.Control.Destination.Endpoints.Set("web.test.svc.cluster.local:80", both);
        var updates = 0;
        var from = Stopwatch.GetTimestamp();
        using (var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5)))
        {
            for (var goal = load.Sent + Chaos.Pick(200, 6_000); load.Sent < goal && await tick.WaitForNextTickAsync();)
            {
                for (var due = (int)(Stopwatch.GetElapsedTime(from).TotalSeconds * 1_000); updates < due; updates++)
                {
                    var outbound = Policies.Service("web", "web.test.svc.cluster.local", 80);
                    outbound.Protocol.Detect.Timeout = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(10_000 + (updates % 100)));
                    mesh.Control.Policy.Outbound.Set("10.96.0.10:80", outbound);
                    var inbound = Policies.AllUnauthenticated();
                    inbound.Protocol.Detect.Timeout = outbound.Protocol.Detect.Timeout;
                    mesh.Control.Policy.Inbound.Set("one:8080", inbound);
                    mesh.Control.Policy.Inbound.Set("two:8080", inbound);
                    if (updates % 20 == 0)
                        await Task.Yield();
                }
            }
        }

        var rate = updates / Stopwatch.GetElapsedTime(from).TotalSeconds;
        await load.StopAsync();
        var after = client.Proxy.Facts;
        Assert.True(load.Failed == 0, $"{load.Failed} of {load.Sent} failed under policy updates: {string.Join("; ", load.Failures)}\n{mesh.Logs()}");
        Assert.True(after.ResidentKilobytes < before.ResidentKilobytes + 40_000 && after.Descriptors < before.Descriptors + 80, $"{before} became {after}");
        ControlPlaneFaultTests.AssertSound(mesh);
        Chaos.Report($"{flaps} changes of endpoints, then {updates} of policy at {rate:0}/s: {load.Failed} of {load.Sent} requests failed; memory {before.ResidentKilobytes / 1024} to {after.ResidentKilobytes / 1024} MiB");
    }

    [Fact]
    public async Task Peers_that_vanish_or_reset_rapidly_are_got_rid_of()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_ACCEPT_KEEPALIVE", "1s"), ("INBOUND_ACCEPT_USER_TIMEOUT", "2s"));
        var client = await mesh.AddMeshedPodAsync("client");
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Own(await AppServer.StartAsync(server, 8081, Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        var stop = TestContext.Current.CancellationToken;
        using var http = new HttpClient(client.Namespace.HttpHandler()) { Timeout = TimeSpan.FromSeconds(10) };
        await http.GetStringAsync("http://10.96.0.10/", stop);
        var before = server.Proxy!.Facts;

        var resets = Chaos.Pick(3, 200);
        var answered = 0;
        for (var i = 0; i < resets; i++)
        {
            using var attacker = await RawConnection.OpenAsync(outside, $"{server.Address}:8081", stop);
            await attacker.SendAsync(RapidReset(5_000));
            var (bytes, _) = await attacker.ReceiveToEndAsync();
            // GOAWAY with ENHANCE_YOUR_CALM (RFC 9113 section 7), when the reset of the connection let it through.
            answered += bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0, 0, 0, 11]) >= 0 ? 1 : 0;
        }

        var vanished = new List<RawConnection>();
        for (var i = 0; i < Chaos.Pick(50, 1_000); i++)
        {
            vanished.Add(await RawConnection.OpenAsync(outside, $"{server.Address}:8080", stop));
            await vanished[i].SendAsync("GET / HTTP/1.1\r\nHost: half\r\n\r\n");
            await vanished[i].ReceiveUntilAsync("\r\n\r\n");
        }

        Assert.True(server.Proxy.Facts.Descriptors >= before.Descriptors + vanished.Count);
        await server.RunAsync("iptables-nft", "-A", "INPUT", "-s", $"{outside.Address}", "-j", "DROP");
        var from = Stopwatch.GetTimestamp();
        await server.Proxy.WhenFactsAsync(f => f.Descriptors <= before.Descriptors + 6, "descriptors of peers that vanished");
        var gone = Stopwatch.GetElapsedTime(from);
        await http.GetStringAsync("http://10.96.0.10/", stop);
        vanished.ForEach(connection => connection.Dispose());
        var after = server.Proxy.Facts;
        Assert.True(after.ResidentKilobytes < before.ResidentKilobytes + 40_000, $"{before} became {after}");
        ControlPlaneFaultTests.AssertSound(mesh);
        Chaos.Report($"{resets} x 5,000 streams opened and reset: {answered} told to calm down; {vanished.Count} half-open peers gone after {gone.TotalSeconds:0.0} s; memory {before.ResidentKilobytes / 1024} to {after.ResidentKilobytes / 1024} MiB");
    }

    [Fact]
    public async Task Expired_certificates_stop_new_connections_and_only_those_until_identity_is_back()
    {
        await using var mesh = await MeshFixture.StartAsync();
        mesh.Control.Identity.Lifetime = TimeSpan.FromSeconds(3);
        var server = await mesh.AddMeshedPodAsync("server", ("IDENTITY_MIN_REFRESH", "1s"));
        var client = await mesh.AddMeshedPodAsync("client", ("IDENTITY_MIN_REFRESH", "1s"));
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Own(TcpServer.Start(server, 7000, "hello "));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        mesh.AddService("echo", "10.96.0.20", 7000, [MeshFixture.Endpoint(server, 7000, opaque: true)], opaque: true);
        (await RawConnection.OpenGreetedAsync(client, "10.96.0.20:7000", "hello ", TestContext.Current.CancellationToken)).Dispose();
        await using var load = HttpLoad.Start(client, "http://10.96.0.10/", 100);
        await load.WhenSentAsync(50);

        mesh.Control.Identity.Failure = new Status(StatusCode.Unavailable, "down");
        var from = Stopwatch.GetTimestamp();
        while (await OpensAsync(client))
            Assert.True(Stopwatch.GetElapsedTime(from) < TimeSpan.FromSeconds(15), "connections are still made with certificates that must have expired\n" + mesh.Logs());
        var refused = Stopwatch.GetElapsedTime(from);
        await load.WhenSentAsync(Chaos.Pick(100, 6_000));
        mesh.Control.Identity.Lifetime = TimeSpan.FromDays(1);
        mesh.Control.Identity.Failure = null;
        from = Stopwatch.GetTimestamp();
        while (!await OpensAsync(client))
            Assert.True(Stopwatch.GetElapsedTime(from) < TimeSpan.FromSeconds(25), "no connections although identity is back\n" + mesh.Logs());
        await load.StopAsync();
        Assert.True(load.Failed == 0, $"{load.Failed} of {load.Sent} failed: {string.Join("; ", load.Failures)}\n{mesh.Logs()}");
        Chaos.Report($"new connections refused {refused.TotalSeconds:0.0} s after identity went, made again {Stopwatch.GetElapsedTime(from).TotalSeconds:0.0} s after it was back; {load.Failed} of {load.Sent} requests on open connections failed");
    }

    [Fact]
    public async Task A_clock_that_jumps_breaks_no_connection_and_heals()
    {
        const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
        Assert.SkipUnless(File.Exists(Library), "libfaketime is not installed (Debian: faketime)");
        await using var mesh = await MeshFixture.StartAsync();
        var clock = Path.Combine(Path.GetTempPath(), $"l5dfn-clock-{Environment.ProcessId}");
        try
        {
            await File.WriteAllTextAsync(clock, "+0", TestContext.Current.CancellationToken);
            var server = await mesh.AddMeshedPodAsync("server");
            var client = await mesh.AddMeshedPodAsync(
                "client",
                ["env", $"LD_PRELOAD={Library}", $"FAKETIME_TIMESTAMP_FILE={clock}", "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1"]);
            mesh.Own(await AppServer.StartAsync(server, 8080));
            mesh.Own(TcpServer.Start(server, 7000, "hello "));
            mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
            mesh.AddService("echo", "10.96.0.20", 7000, [MeshFixture.Endpoint(server, 7000, opaque: true)], opaque: true);
            (await RawConnection.OpenGreetedAsync(client, "10.96.0.20:7000", "hello ", TestContext.Current.CancellationToken)).Dispose();
            await using var load = HttpLoad.Start(client, "http://10.96.0.10/", 100);
            await load.WhenSentAsync(50);
            var seen = new List<string>();
            foreach (var (step, valid) in new[] { ("+1h", true), ("+0", true), ("-2h", false), ("+3d", false), ("+0", true) })
            {
                await File.WriteAllTextAsync(clock, step, TestContext.Current.CancellationToken);
                await load.WhenSentAsync(Chaos.Pick(30, 3_000));
                // With a clock outside of their time, certificates are refused; whatever is open goes on.
                var opens = await OpensAsync(client);
                seen.Add($"{step} {(opens ? "made" : "refused")}");
                Assert.True(opens == valid, $"{string.Join(", ", seen)}\n{mesh.Logs()}");
            }

            await load.StopAsync();
            Assert.True(load.Failed == 0, $"{load.Failed} of {load.Sent} failed: {string.Join("; ", load.Failures)}\n{mesh.Logs()}");
            ControlPlaneFaultTests.AssertSound(mesh);
            Chaos.Report($"new connections at {string.Join(", ", seen)}; {load.Failed} of {load.Sent} requests on open connections failed");
        }
        finally
        {
            File.Delete(clock);
        }
    }

    /// <summary>A connection with a handshake of its own comes through.</summary>
    private static async Task<bool> OpensAsync(Pod client)
    {
        try
        {
            using var fresh = await RawConnection.OpenAsync(client, "10.96.0.20:7000", TestContext.Current.CancellationToken);
            await fresh.ReceiveUntilAsync("hello ");
            return true;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    /// <summary>A preface, SETTINGS, and streams that are opened and reset at once (CVE-2023-44487).</summary>
    private static byte[] RapidReset(int streams)
    {
        var bytes = new List<byte>("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray()) { 0, 0, 0, 4, 0, 0, 0, 0, 0 };
        for (var i = 0; i < streams; i++)
        {
            var id = (2 * i) + 1;
            byte[] stream = [(byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id];
            // :method GET, :scheme http, :path /, :authority a (RFC 7541 appendix A).
            bytes.AddRange([0, 0, 6, 1, 5, .. stream, 0x82, 0x86, 0x84, 0x41, 1, (byte)'a']);
            bytes.AddRange([0, 0, 4, 3, 0, .. stream, 0, 0, 0, 8]);
        }

        return [.. bytes];
    }
}
