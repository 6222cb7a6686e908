using System.Net.Sockets;
using Linkerd.Net;
using Linkerd.Testing;

namespace Linkerd.Net.Tests;

/// <summary>Handshakes and data with one byte changed on the way: each connection ends, typed, and nothing is left behind.</summary>
public sealed class TlsMutationTests
{
    [Fact]
    public async Task A_changed_byte_anywhere_ends_the_connection_and_leaks_nothing()
    {
        using var harness = new Harness();
        using var kit = new TlsKit();
        using TlsServerContext server = kit.ServerContext();
        using TlsClientContext client = TlsClientContext.Create(kit.Material(kit.Client));
        TlsEnd serving = kit.Serve(harness, server);
        using Socket middle = Harness.ForeignListener();
        SocketAddress address = SocketAddress.From((System.Net.IPEndPoint)middle.LocalEndPoint!);
        var random = new Random(11);
        for (int round = 0; round < 60; round++)
        {
            Task<Socket> accepting = middle.AcceptAsync();
            TlsEnd end = await TlsEnd.ConnectAsync(harness, address, client, new TlsClientOptions { ServerName = TlsKit.ServerIdentity, ExpectedIdentity = TlsKit.ServerIdentity });
            using Socket near = await accepting.WaitAsync(Harness.Limit);
            using Socket far = Harness.Dial(serving.Listener);
            bool upwards = round % 2 == 0;
            Task up = Copy(near, far, upwards ? random.Next(900) : -1, (byte)random.Next(1, 256));
            Task down = Copy(far, near, upwards ? -1 : random.Next(900), (byte)random.Next(1, 256));
            Task first = await Task.WhenAny(end.Failed, Echoed(harness, end)).WaitAsync(Harness.Limit);
            Assert.True(first.IsCompletedSuccessfully, first.Exception?.ToString());
            near.Dispose();
            far.Dispose();
            await Task.WhenAll(up, down).WaitAsync(Harness.Limit);
        }

        await Eventually.TrueAsync(() => harness.On(() => harness.Loop.Buffers.RentedBytes).GetAwaiter().GetResult() == 0, "all buffers are back");
    }

    /// <summary>The change fell on bytes that do not matter or never came: data flows, or the connection ends.</summary>
    private static async Task Echoed(Harness harness, TlsEnd end)
    {
        Probe probe = await end.Completed;
        await harness.On(() => probe.Transport.Write("through the middle"u8));
        await Task.WhenAny(Eventually.TrueAsync(() => probe.Text.Length > 0), probe.Closed);
        await harness.On(() => probe.Transport.Abort());
    }

    private static Task Copy(Socket from, Socket to, int changeAt, byte change) => Task.Run(() =>
    {
        byte[] buffer = new byte[16 * 1024];
        int position = 0;
        try
        {
            for (int count; (count = from.Receive(buffer)) > 0; position += count)
            {
                if (changeAt >= position && changeAt < position + count) buffer[changeAt - position] ^= change;
                to.Send(buffer, count, SocketFlags.None);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One end refused; the other hears of it.
            from.Dispose();
            to.Dispose();
        }
    });
}
