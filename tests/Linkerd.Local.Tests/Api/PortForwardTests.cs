using System.Net;
using System.Net.Sockets;
using System.Text;
using Linkerd.Kubernetes;
using Linkerd.Local.Api;

namespace Linkerd.Local.Tests.Api;

/// <summary>Port-forward with this project's own client, which speaks the channel protocol over a WebSocket.</summary>
public sealed class PortForwardTests
{
    [Fact]
    public async Task Bytes_go_both_ways_and_the_end_is_seen()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var runtime = new ScriptedRuntime();
        runtime.Ports[80] = (IPEndPoint)listener.LocalEndpoint;
        await using var running = await RunningServer.StartAsync(new ApiServerOptions { PodRuntime = runtime });
        await running.CreatePodAsync("p");
        using var client = Client(running);

        await using var stream = await client.PortForwardAsync("default", "p", 80, cancel);
        using var pod = await listener.AcceptTcpClientAsync(cancel);
        await stream.WriteAsync("ping"u8.ToArray(), cancel);
        var buffer = new byte[4];
        await pod.GetStream().ReadExactlyAsync(buffer, cancel);
        Assert.Equal("ping", Encoding.ASCII.GetString(buffer));

        var large = new byte[300_000];
        Random.Shared.NextBytes(large);
        var sending = pod.GetStream().WriteAsync(large, cancel).AsTask();
        var received = new byte[large.Length];
        await stream.ReadExactlyAsync(received, cancel);
        await sending;
        Assert.Equal(large, received);

        pod.Close();
        Assert.Equal(0, await stream.ReadAsync(buffer, cancel));
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_named()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var running = await RunningServer.StartAsync(new ApiServerOptions { PodRuntime = new ScriptedRuntime() });
        await running.CreatePodAsync("p");
        using var client = Client(running);
        await using var stream = await client.PortForwardAsync("default", "p", 81, cancel);
        var error = await Assert.ThrowsAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[1], cancel));
        Assert.Contains("nothing listens on 81", error.Message, StringComparison.Ordinal);
    }

    private static KubernetesClient Client(RunningServer running) => new(new KubernetesConfig
    {
        Server = running.Server.Address,
        InsecureSkipTlsVerify = true,
        ClientCertificate = running.Server.ClientCertificate("admin", ["system:masters"]),
    });
}
