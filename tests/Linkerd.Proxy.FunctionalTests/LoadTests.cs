using System.Diagnostics;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Grpc.AspNetCore.Tests;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>What changes under load: endpoints die or slow down, certificates and anchors are exchanged.</summary>
public sealed class LoadTests
{
    [Fact]
    public async Task A_killed_endpoint_fails_no_more_than_it_had_in_flight_and_a_slow_one_is_avoided()
    {
        await using var mesh = await MeshFixture.StartAsync();
        string[] names = ["first", "second", "third"];
        var pods = await Task.WhenAll(names.Select(name => mesh.AddMeshedPodAsync(name)));
        var client = await mesh.AddMeshedPodAsync("client");
        var apps = await Task.WhenAll(pods.Select(async pod => mesh.Own(await AppServer.StartAsync(pod, 8080))));
        mesh.AddService("web", "10.96.0.10", 80, pods.Select(pod => MeshFixture.Endpoint(pod, 8080)));

        await using var load = HttpLoad.Start(client, "http://10.96.0.10/", perSecond: 500);
        await load.WhenSentAsync(Chaos.Pick(500, 5_000));
        var even = Shares();
        apps[0].Delay = TimeSpan.FromMilliseconds(500);
        // What it had before it became slow.
        await load.WhenSentAsync(250);
        var before = Counts();
        await load.WhenSentAsync(Chaos.Pick(1_000, 10_000));
        var slowed = Shares(before);
        Assert.True(slowed[0] < 0.2, $"the slow endpoint got {slowed[0]:0.000} of the requests");
        apps[0].Delay = TimeSpan.Zero;

        Assert.Equal(0, load.Failed);
        var inFlight = load.InFlight;
        pods[1].Proxy!.Kill();
        // And what is sent in the 20 ms until the client's proxy has heard of it.
        inFlight = Math.Max(inFlight, load.InFlight) + 10;
        before = Counts();
        await load.WhenSentAsync(Chaos.Pick(1_000, 10_000));
        var left = Shares(before);
        await load.StopAsync();
        Assert.True(load.Failed <= inFlight, $"{load.Failed} failed of {load.Sent}, {inFlight} were in flight: {string.Join("; ", load.Failures)}\n{mesh.Logs()}");
        Assert.True(left[1] < 0.02, $"shares after the kill: {string.Join(' ', left)}");
        Chaos.Report($"shares {Text(even)}; first slowed by 500 ms: {Text(slowed)}; second killed: {Text(left)}, {load.Failed} failed of {load.Sent}, {inFlight} in flight at the kill");

        int[] Counts() => [.. names.Select(name => load.ServedBy.GetValueOrDefault(name))];
        double[] Shares(int[]? since = null)
        {
            var counts = Counts().Select((count, i) => count - (since?[i] ?? 0)).ToArray();
            return [.. counts.Select(count => (double)count / Math.Max(1, counts.Sum()))];
        }

        static string Text(double[] shares) => string.Join('/', shares.Select(share => $"{share:P1}"));
    }

    [Fact]
    [Proves("6.3 refresh")]
    public async Task Certificates_are_renewed_under_load_and_streams_survive()
    {
        await using var mesh = await MeshFixture.StartAsync();
        mesh.Control.Identity.Lifetime = TimeSpan.FromSeconds(Chaos.Pick(5, 30));
        var server = await mesh.AddMeshedPodAsync("server", ("IDENTITY_MIN_REFRESH", "1s"));
        var client = await mesh.AddMeshedPodAsync("client", ("IDENTITY_MIN_REFRESH", "1s"));
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Own(await AppServer.StartAsync(server, 8081, HttpProtocols.Http2));
        mesh.Own(TcpServer.Start(server, 7000, "hello "));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        mesh.AddService("grpc", "10.96.0.11", 8081, [MeshFixture.Endpoint(server, 8081)]);
        mesh.AddService("echo", "10.96.0.20", 7000, [MeshFixture.Endpoint(server, 7000, opaque: true)], opaque: true);

        using var channel = GrpcChannel.ForAddress("http://10.96.0.11:8081", new GrpcChannelOptions { HttpHandler = client.Namespace.HttpHandler() });
        using var chat = channel.AsyncDuplexStreamingCall(Echo.Chat, Echo.Bounded(TimeSpan.FromSeconds(200)));
        (await RawConnection.OpenGreetedAsync(client, "10.96.0.20:7000", "hello ", TestContext.Current.CancellationToken)).Dispose();
        await using var load = HttpLoad.Start(client, "http://10.96.0.10/", Chaos.Pick(100, 300));
        var from = Stopwatch.GetTimestamp();
        var handshakes = 0;
        for (; Count(client) < 3 || Count(server) < 3 || Stopwatch.GetElapsedTime(from).TotalSeconds < Chaos.Pick(1, 75); handshakes++)
        {
            Assert.True(Stopwatch.GetElapsedTime(from) < TimeSpan.FromSeconds(150), $"renewed {Count(client)} and {Count(server)} times\n{mesh.Logs()}");
            using var unary = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), Echo.Bytes($"call {handshakes}"));
            Assert.Equal($"call {handshakes}", Echo.Text(await unary));
            await chat.RequestStream.WriteAsync(Echo.Bytes($"turn {handshakes}"));
            Assert.True(await chat.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            Assert.Equal($"turn {handshakes}", Echo.Text(chat.ResponseStream.Current));
            // A connection of its own: a handshake with what is valid now.
            using var fresh = await RawConnection.OpenAsync(client, "10.96.0.20:7000", TestContext.Current.CancellationToken);
            await fresh.ReceiveUntilAsync("hello ");
        }

        await load.StopAsync();
        Assert.True(load.Failed == 0, $"{load.Failed} of {load.Sent} failed: {string.Join("; ", load.Failures)}\n{mesh.Logs()}");
        ControlPlaneFaultTests.AssertSound(mesh);
        Chaos.Report($"certificates of {mesh.Control.Identity.Lifetime.TotalSeconds} s, {Count(client)} and {Count(server)} of them in {Stopwatch.GetElapsedTime(from).TotalSeconds:0.0} s; {load.Sent} requests and {handshakes} new connections, {load.Failed} failed; one stream all along");

        int Count(Pod pod) => mesh.Control.Identity.Signed.GetValueOrDefault(pod.Identity);
    }

    [Fact]
    public async Task Trust_anchors_are_rotated_under_load()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var trust = mesh.Control.Trust;
        var (first, second) = (mesh.Authority, new MeshAuthority("cluster.local"));
        trust.Trust(first);
        mesh.Control.Identity.Lifetime = TimeSpan.FromSeconds(Chaos.Pick(4, 20));
        var server = await mesh.AddMeshedPodAsync("server", ("IDENTITY_MIN_REFRESH", "1s"));
        var client = await mesh.AddMeshedPodAsync("client", ("IDENTITY_MIN_REFRESH", "1s"));
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Own(TcpServer.Start(server, 7000, "hello "));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        mesh.AddService("echo", "10.96.0.20", 7000, [MeshFixture.Endpoint(server, 7000, opaque: true)], opaque: true);
        Pod[] pods = [server, client];
        int[] ids = [server.Proxy!.Id, client.Proxy!.Id];
        (await RawConnection.OpenGreetedAsync(client, "10.96.0.20:7000", "hello ", TestContext.Current.CancellationToken)).Dispose();
        await using var load = HttpLoad.Start(client, "http://10.96.0.10/", Chaos.Pick(100, 300));
        using var stop = new CancellationTokenSource();
        var handshakes = HandshakesAsync(mesh, client, stop.Token);

        trust.Trust(first, second);
        await WhenTrustedAsync(2);
        trust.Issuing = second;
        var signed = pods.ToDictionary(pod => pod, Count);
        await Eventually.TrueAsync(() => pods.All(pod => Count(pod) >= signed[pod] + 2), "certificates of the new issuer", seconds: 120);
        trust.Trust(second);
        await WhenTrustedAsync(1);
        await load.WhenSentAsync(Chaos.Pick(100, 3_000));

        await stop.CancelAsync();
        var fresh = await handshakes;
        await load.StopAsync();
        Assert.True(load.Failed == 0, $"{load.Failed} of {load.Sent} failed: {string.Join("; ", load.Failures)}\n{mesh.Logs()}");
        Assert.Equal(ids, pods.Select(pod => pod.Proxy!.Id));
        Assert.All(pods, pod => Assert.False(pod.Proxy!.HasExited));
        // Who still holds the first authority's certificate is a stranger now.
        var anchor = Convert.ToHexStringLower(second.Anchor.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256));
        foreach (var pod in pods)
            await pod.Proxy!.WhenMetricsAsync(m => m.Sum("identity_trust_anchor_info", $"sha256=\"{anchor}\"") == 1, "the second anchor");
        ControlPlaneFaultTests.AssertSound(mesh);
        Chaos.Report($"{load.Sent} requests and {fresh} new connections, {load.Failed} failed, no restart");

        int Count(Pod pod) => mesh.Control.Identity.Signed.GetValueOrDefault(pod.Identity);
        async Task WhenTrustedAsync(int count)
        {
            foreach (var pod in pods)
                await pod.Proxy!.WhenMetricsAsync(m => m.Sum("identity_trust_anchor_info") == count, $"{count} anchors");
        }
    }

    /// <summary>Opens connections, each with a handshake of its own, one after the other; how many. Any failure is the test's.</summary>
    private static async Task<int> HandshakesAsync(MeshFixture mesh, Pod client, CancellationToken stop)
    {
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            using var fresh = await RawConnection.OpenAsync(client, "10.96.0.20:7000", CancellationToken.None);
            try
            {
                await fresh.ReceiveUntilAsync("hello ");
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                Assert.Fail($"new connection {count}: {e.Message}\n{mesh.Logs()}");
            }

            count++;
        }

        return count;
    }
}
