using System.Net.Sockets;

namespace Linkerd.Local.Cluster;

/// <summary>Joins two connections; the end of one direction is passed on without ending the other.</summary>
internal static class Pump
{
    /// <summary>Copies both ways until both are at their end; closes both.</summary>
    public static async Task JoinAsync(Socket one, Socket other)
    {
        using (one)
        using (other)
            await Task.WhenAll(CopyAsync(one, other), CopyAsync(other, one));
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
            {
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side broke: the other must not wait for it.
            from.Close();
            to.Close();
        }
    }
}
