using System.Net;
using System.Net.Sockets;
using Linkerd.Proxy.FunctionalTests.Kit;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Opaque bytes there and back, with half-close at the end: over mTLS between two proxies, and in clear (spliced) to a pod without one.</summary>
public sealed class OpaqueTransferTests
{
    private const int Size = 30_000_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Long_transfers_arrive_whole_in_both_directions(bool meshed)
    {
        await using MeshFixture mesh = await MeshFixture.StartAsync();
        Pod server = meshed ? await mesh.AddMeshedPodAsync("server") : mesh.AddPod("server");
        Pod client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(TcpServer.Start(server, 7000));
        mesh.AddService("echo", "10.96.0.20", 7000, [MeshFixture.Endpoint(server, 7000, opaque: true)], opaque: true);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using Socket socket = await client.Namespace.ConnectAsync(new IPEndPoint(IPAddress.Parse("10.96.0.20"), 7000), deadline.Token);
        byte[] data = new byte[Size];
        new Random(1).NextBytes(data);
        Task sending = SendAsync(socket, data, deadline.Token);
        byte[] back = new byte[Size + 1];
        int count = 0;
        try
        {
            for (int read; (read = await socket.ReceiveAsync(back.AsMemory(count), deadline.Token)) > 0;) count += read;
            await sending;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            Assert.Fail($"after {count} of {Size} bytes: {exception.Message}\n{mesh.Logs()}");
        }

        Assert.Equal(Size, count);
        Assert.True(back.AsSpan(0, Size).SequenceEqual(data), "the bytes differ");
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("tcp_write_bytes_total", "direction=\"outbound\"", "peer=\"dst\"") >= Size, "the bytes sent");
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("tcp_open_connections", "target_port=\"7000\"") == 0, "no connection left open");
    }

    private static async Task SendAsync(Socket socket, byte[] data, CancellationToken cancellation)
    {
        for (int sent = 0; sent < data.Length;) sent += await socket.SendAsync(data.AsMemory(sent), cancellation);
        socket.Shutdown(SocketShutdown.Send);
    }
}
