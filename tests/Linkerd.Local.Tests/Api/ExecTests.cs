using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;

namespace Linkerd.Local.Tests.Api;

/// <summary>Exec over WebSockets, byte by byte.</summary>
public sealed class ExecTests
{
    [Fact]
    public async Task Streams_are_apart_and_the_status_comes_last()
    {
        await using var running = await RunningServer.StartAsync(new ApiServerOptions { PodRuntime = new ScriptedRuntime() });
        await running.CreatePodAsync("p");
        var channels = await ExecAsync(running, "command=exit&command=3&stdout=true&stderr=true", "v4.channel.k8s.io");
        Assert.Equal("exit 3", channels[1]);
        Assert.Equal("to stderr", channels[2]);
        var status = JsonNode.Parse(channels[3])!;
        Assert.Equal("NonZeroExitCode", status["reason"]!.ToString());
        Assert.Equal("3", status["details"]!["causes"]![0]!["message"]!.ToString());
    }

    [Fact]
    public async Task Input_ends_when_the_client_closes_its_channel()
    {
        await using var running = await RunningServer.StartAsync(new ApiServerOptions { PodRuntime = new ScriptedRuntime() });
        await running.CreatePodAsync("p");
        var channels = await ExecAsync(running, "command=cat&stdin=true&stdout=true", "v5.channel.k8s.io", "hello ");
        Assert.Equal("hello cat", channels[1]);
        Assert.Equal("Success", JsonNode.Parse(channels[3])!["status"]!.ToString());
    }

    [Fact]
    public async Task What_the_runtime_cannot_do_is_said_in_the_status()
    {
        await using var running = await RunningServer.StartAsync(new ApiServerOptions { PodRuntime = new ScriptedRuntime() });
        await running.CreatePodAsync("p");
        var channels = await ExecAsync(running, "command=missing&stdout=true", "v4.channel.k8s.io");
        Assert.Contains("executable file not found", JsonNode.Parse(channels[3])!["message"]!.ToString(), StringComparison.Ordinal);
    }

    private static async Task<Dictionary<byte, string>> ExecAsync(RunningServer running, string query, string protocol, string? input = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(protocol);
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        socket.Options.ClientCertificates.Add(running.Server.ClientCertificate("admin", ["system:masters"]));
        await socket.ConnectAsync(new UriBuilder(running.Server.Address) { Scheme = "wss", Path = "/api/v1/namespaces/default/pods/p/exec", Query = query }.Uri, limit.Token);
        Assert.Equal(protocol, socket.SubProtocol);
        if (input is not null)
        {
            await socket.SendAsync((byte[])[0, .. Encoding.UTF8.GetBytes(input)], WebSocketMessageType.Binary, true, limit.Token);
            await socket.SendAsync((byte[])[255, 0], WebSocketMessageType.Binary, true, limit.Token);
        }
        var channels = new Dictionary<byte, string>();
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, limit.Token) is { MessageType: WebSocketMessageType.Binary } message)
            channels[buffer[0]] = channels.GetValueOrDefault(buffer[0], "") + Encoding.UTF8.GetString(buffer, 1, message.Count - 1);
        return channels;
    }
}
