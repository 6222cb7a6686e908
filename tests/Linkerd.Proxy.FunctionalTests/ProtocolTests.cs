using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Grpc.AspNetCore.Tests;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>What the mesh carries between two meshed pods beyond plain HTTP/1.</summary>
public sealed class ProtocolTests
{
    [Fact]
    public async Task Http2_in_clear_crosses_the_mesh()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, server) = await PairAsync(mesh);
        mesh.Own(await AppServer.StartAsync(server, 8080, HttpProtocols.Http2));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);

        var (code, answer) = await client.TryAsync("curl", "-sS", "--http2-prior-knowledge", "-i", "--max-time", "10", "--data-binary", "some text", "http://10.96.0.10/path");
        Assert.True(code == 0, answer + mesh.Logs());
        Assert.StartsWith("HTTP/2 200", answer, StringComparison.Ordinal);
        Assert.Contains("POST /path HTTP/2", answer);
        Assert.Contains($"l5d-client-id: {client.Identity}\n", answer);
        Assert.EndsWith("some text", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grpc_crosses_the_mesh_in_all_four_kinds()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, server) = await PairAsync(mesh);
        mesh.Own(await AppServer.StartAsync(server, 8080, HttpProtocols.Http2));
        mesh.AddService("grpc", "10.96.0.11", 8080, [MeshFixture.Endpoint(server, 8080)]);

        using var channel = GrpcChannel.ForAddress("http://10.96.0.11:8080", new GrpcChannelOptions { HttpHandler = client.Namespace.HttpHandler() });
        using (var unary = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), Echo.Bytes("hello")))
            Assert.Equal("hello", Echo.Text(await unary));

        var big = new byte[2 << 20];
        Random.Shared.NextBytes(big);
        using (var unary = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), big))
            Assert.Equal(big, await unary);

        using (var failing = channel.AsyncUnaryCall(Echo.Unary, Echo.Bounded(), Echo.Bytes("fail")))
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => failing.ResponseAsync);
            Assert.Equal("nö, 100 %", error.Status.Detail);
        }

        using (var collect = channel.AsyncClientStreamingCall(Echo.Collect, Echo.Bounded()))
        {
            for (var i = 0; i < 100; i++)
                await collect.RequestStream.WriteAsync(new byte[i]);
            await collect.RequestStream.CompleteAsync();
            Assert.Equal("4950", Echo.Text(await collect));
        }

        using (var repeat = channel.AsyncServerStreamingCall(Echo.Repeat, Echo.Bounded(), Echo.Bytes("500")))
        {
            var next = 0;
            await foreach (var response in repeat.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
                Assert.Equal((next++).ToString(), Echo.Text(response));
            Assert.Equal(500, next);
        }

        using (var chat = channel.AsyncDuplexStreamingCall(Echo.Chat, Echo.Bounded()))
        {
            for (var i = 0; i < 20; i++)
            {
                await chat.RequestStream.WriteAsync(Echo.Bytes($"turn {i}"));
                Assert.True(await chat.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
                Assert.Equal($"turn {i}", Echo.Text(chat.ResponseStream.Current));
            }

            await chat.RequestStream.CompleteAsync();
            Assert.False(await chat.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }

        await server.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"inbound\"", "classification=\"failure\"", "grpc_status=\"9\"") + m.Sum("response_total", "direction=\"inbound\"", "grpc_status=\"9\"") >= 1, "the failed call");
    }

    [Fact]
    public async Task Opaque_redis_crosses_the_mesh_encrypted()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_PORTS", "6379"), ("INBOUND_PORTS_DISABLE_PROTOCOL_DETECTION", "6379"));
        mesh.Control.Policy.Inbound.Set("server:6379", Policies.Opaque());
        var client = await mesh.AddMeshedPodAsync("client");
        await using var redis = Daemon.Start(server, "redis-server", "--port", "6379", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--appendonly", "no");
        mesh.AddService("redis", "10.96.0.12", 6379, [MeshFixture.Endpoint(server, 6379, opaque: true)], opaque: true);
        await redis.WhenListeningAsync(server, 6379);

        var (code, answer) = await client.TryAsync("redis-cli", "-h", "10.96.0.12", "SET", "name", "linkerd");
        Assert.True(code == 0 && answer.Trim() == "OK", answer + mesh.Logs());
        Assert.Equal("linkerd", (await client.RunAsync("redis-cli", "-h", "10.96.0.12", "GET", "name")).Trim());
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("tcp_open_total", "direction=\"inbound\"", "peer=\"src\"", "tls=\"true\"", $"client_id=\"{client.Identity}\"") >= 1, "an mTLS connection from the client");
    }

    [Fact]
    public async Task A_server_that_speaks_first_is_heard_at_once_when_its_port_is_opaque()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_PORTS", "2525"), ("INBOUND_PORTS_DISABLE_PROTOCOL_DETECTION", "2525"));
        mesh.Control.Policy.Inbound.Set("server:2525", Policies.Opaque());
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(TcpServer.Start(server, 2525, "220 ready\r\n"));
        mesh.AddService("smtp", "10.96.0.13", 2525, [MeshFixture.Endpoint(server, 2525, opaque: true)], opaque: true);

        var from = Stopwatch.GetTimestamp();
        using var connection = await client.Namespace.ConnectAsync(IPEndPoint.Parse("10.96.0.13:2525"), TestContext.Current.CancellationToken);
        Assert.Equal("220 ready\r\n", await ReceiveAsync(connection, 11));
        Assert.True(Stopwatch.GetElapsedTime(from) < TimeSpan.FromSeconds(5), "the banner had to wait for detection to time out");
        // Half of a connection may close while the other still speaks.
        await connection.SendAsync(Encoding.ASCII.GetBytes("QUIT\r\n"));
        connection.Shutdown(SocketShutdown.Send);
        Assert.Equal("QUIT\r\n", await ReceiveAsync(connection, 6));
        Assert.Equal(0, await connection.ReceiveAsync(new byte[1]));
    }

    [Fact]
    public async Task Ports_that_the_firewall_skips_pass_both_proxies_by()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = mesh.AddPod("server");
        await server.ProgramFirewallAsync(inboundPortsToIgnore: "2525");
        await server.StartProxyAsync(mesh.Control);
        var client = mesh.AddPod("client");
        await client.ProgramFirewallAsync(outboundPortsToIgnore: "2525");
        await client.StartProxyAsync(mesh.Control);
        mesh.Own(TcpServer.Start(server, 2525, "220 ready\r\n"));

        using var connection = await client.Namespace.ConnectAsync(new IPEndPoint(server.Address, 2525), TestContext.Current.CancellationToken);
        Assert.Equal("220 ready\r\n", await ReceiveAsync(connection, 11));
        Assert.Equal(0, (await server.Proxy!.MetricsAsync()).Sum("tcp_open_total", "direction=\"inbound\"", $"target_addr=\"{server.Address}:2525\""));
    }

    [Fact]
    [Proves("6.5 opaque")]
    public async Task Bytes_that_are_no_http_are_detected_and_carried()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var (client, server) = await PairAsync(mesh);
        mesh.Own(TcpServer.Start(server, 8080));
        mesh.AddService("tcp", "10.96.0.14", 8080, [MeshFixture.Endpoint(server, 8080)]);

        using var connection = await client.Namespace.ConnectAsync(IPEndPoint.Parse("10.96.0.14:8080"), TestContext.Current.CancellationToken);
        await connection.SendAsync(Encoding.ASCII.GetBytes("\0\u0001this is nothing that is known"));
        Assert.Equal("\0\u0001this is nothing that is known", await ReceiveAsync(connection, 31));
    }

    private static async Task<(Pod Client, Pod Server)> PairAsync(MeshFixture mesh)
    {
        var server = await mesh.AddMeshedPodAsync("server");
        return (await mesh.AddMeshedPodAsync("client"), server);
    }

    private static async Task<string> ReceiveAsync(Socket connection, int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[count];
        var length = 0;
        while (length < count)
        {
            var read = await connection.ReceiveAsync(buffer.AsMemory(length), deadline.Token);
            if (read == 0)
                break;
            length += read;
        }

        return Encoding.ASCII.GetString(buffer, 0, length);
    }
}
