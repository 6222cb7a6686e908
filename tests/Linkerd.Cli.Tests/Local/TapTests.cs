using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Linkerd.Cli.Tests.Local;

/// <summary>Live requests on an embedded cluster, with nothing installed by hand. Needs root.</summary>
[Trait("Needs", "mesh"), Collection("a whole mesh")]
public sealed partial class TapTests
{
    [Fact]
    public async Task The_demos_requests_are_seen_at_once()
    {
        await using var cluster = new RunningCluster();
        await cluster.UpAsync();
        var (code, text) = await cluster.LocalAsync("demo", "--detach");
        Assert.True(code == 0, text);
        await RunningCluster.UntilAsync(async () => (await cluster.TryKubectlAsync(null, "-n", "linkerd-viz", "rollout", "status", "deploy/tap")).Code == 0, "the tap service");
        using var command = cluster.Start("dotnet", RunningCluster.Program, "viz", "tap", "deploy/web", "-n", "emojivoto", "--path", "/api/");
        try
        {
            var line = await command.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? await command.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.Matches("^req id=.* proxy=in .* tls=true :method=GET :authority=web-svc.* :path=/api/", line);
        }
        finally
        {
            command.Kill();
            await command.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        // Through the API server, so that another cluster on this machine cannot answer.
        using var forward = cluster.Start("kubectl", "-n", "linkerd-viz", "port-forward", "svc/web", ":8084");
        try
        {
            var line = await forward.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
            await DashboardShowsAsync(LocalPort().Match(line).Groups[1].Value, "/api/vote", TestContext.Current.CancellationToken);
        }
        finally
        {
            forward.Kill();
        }
    }

    private static async Task DashboardShowsAsync(string port, string expected, CancellationToken cancel)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://localhost:{port}/api/tap"), cancel);
        await socket.SendAsync("""{"resource":"deploy/web","namespace":"emojivoto"}"""u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, cancel);
        var (told, buffer) = (new StringBuilder(), new byte[64 * 1024]);
        while (!told.ToString().Contains(expected, StringComparison.Ordinal))
        {
            var piece = await socket.ReceiveAsync(buffer, cancel);
            Assert.True(piece.MessageType == WebSocketMessageType.Text, $"closed: {socket.CloseStatusDescription}; {told}");
            told.Append(Encoding.UTF8.GetString(buffer, 0, piece.Count));
        }
    }

    [GeneratedRegex("127\\.0\\.0\\.1:([0-9]+) ")]
    private static partial Regex LocalPort();
}
