using System.Diagnostics;
using System.Net;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Grpc.AspNetCore.Tests;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>What changes while traffic flows.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public async Task Traffic_leaves_an_endpoint_that_is_removed()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var first = await mesh.AddMeshedPodAsync("first");
        var second = await mesh.AddMeshedPodAsync("second");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(first, 8080));
        mesh.Own(await AppServer.StartAsync(second, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(first, 8080), MeshFixture.Endpoint(second, 8080)]);

        using var http = new HttpClient(client.Namespace.HttpHandler()) { Timeout = TimeSpan.FromSeconds(10) };
        // Balancing may well prefer one of them: that is the one to take away.
        var (gone, left) = await ServedByAsync(http) == "first" ? (first, second) : (second, first);
        mesh.Control.Destination.Endpoints.Set("web.test.svc.cluster.local:80", [MeshFixture.Endpoint(left, 8080)]);
        var from = Stopwatch.GetTimestamp();
        while (await ServedByAsync(http) == gone.Name)
            Assert.True(Stopwatch.GetElapsedTime(from) < TimeSpan.FromSeconds(10), $"{gone.Name} is still used\n{mesh.Logs()}");
        for (var i = 0; i < 50; i++)
            Assert.Equal(left.Name, await ServedByAsync(http));
    }

    [Fact]
    [Proves("6.16 drain")]
    public async Task A_proxy_that_is_told_to_stop_finishes_what_it_has_begun()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("SHUTDOWN_GRACE_PERIOD", "20s"));
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(server, 8080, HttpProtocols.Http2));
        mesh.AddService("grpc", "10.96.0.11", 8080, [MeshFixture.Endpoint(server, 8080)]);

        using var channel = GrpcChannel.ForAddress("http://10.96.0.11:8080", new GrpcChannelOptions { HttpHandler = client.Namespace.HttpHandler() });
        using var chat = channel.AsyncDuplexStreamingCall(Echo.Chat, Echo.Bounded());
        await TurnAsync("before");
        var stopped = server.Proxy!.StopAsync();
        await TurnAsync("during");
        Assert.False(stopped.IsCompleted, "the proxy did not wait for its stream\n" + mesh.Logs());
        await chat.RequestStream.CompleteAsync();
        Assert.False(await chat.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(0, await stopped);

        async Task TurnAsync(string text)
        {
            await chat.RequestStream.WriteAsync(Echo.Bytes(text));
            Assert.True(await chat.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            Assert.Equal(text, Echo.Text(chat.ResponseStream.Current));
        }
    }

    [Fact]
    [Proves("6.16 drain")]
    public async Task Draining_shows_on_the_wire_of_HTTP1()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_PORTS", "8080,9000"), ("SHUTDOWN_GRACE_PERIOD", "20s"));
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        mesh.Own(RawServer.Start(server, 9000, async connection =>
        {
            await connection.ReceiveUntilAsync("\r\n\r\n");
            asked.SetResult();
            await release.Task;
            await connection.SendAsync("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone");
        }));
        using var idle = await RawClient.ConnectAsync(outside, server.Address, 8080);
        await idle.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.DoesNotContain("connection: close", await idle.ReadUntilAsync("GET / HTTP/1.1"), StringComparison.OrdinalIgnoreCase);
        using var busy = await RawClient.ConnectAsync(outside, server.Address, 9000);
        await busy.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);

        var stopped = server.Proxy!.StopAsync();
        await idle.ReadToEndAsync();
        Assert.False(idle.IsReset, "an idle connection was reset, not closed");
        Assert.False(stopped.IsCompleted);
        release.SetResult();
        var answer = await busy.ReadToEndAsync();
        Assert.True(answer.EndsWith("done", StringComparison.Ordinal) && !busy.IsReset, answer + mesh.Logs());
        Assert.Contains("\r\nconnection: close\r\n", answer);
        Assert.Equal(0, await stopped);
    }

    [Fact]
    [Proves("6.16 drain")]
    public async Task Draining_shows_on_the_wire_of_HTTP2()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("SHUTDOWN_GRACE_PERIOD", "20s"));
        var outside = mesh.AddPod("outside");
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        mesh.Own(await AppServer.StartAsync(server, 8080, HttpProtocols.Http2, answer: async context =>
        {
            asked.SetResult();
            await release.Task;
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "done");
        }));
        using var busy = await RawClient.ConnectAsync(outside, server.Address, 8080);
        await busy.SendAsync(RawHttp2.Begin, RawHttp2.Request(1));
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);

        var stopped = server.Proxy!.StopAsync();
        await busy.ReadFramesUntilAsync("GOAWAY 0;");
        Assert.False(stopped.IsCompleted);
        release.SetResult();
        var frames = await busy.ReadFramesUntilAsync("DATA 1;");
        Assert.DoesNotContain("RST ", frames);
        busy.Dispose();
        Assert.Equal(0, await stopped);
    }

    private static async Task<string> ServedByAsync(HttpClient http)
    {
        using var response = await http.GetAsync("http://10.96.0.10/", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response.Headers.GetValues("served-by").Single();
    }
}
