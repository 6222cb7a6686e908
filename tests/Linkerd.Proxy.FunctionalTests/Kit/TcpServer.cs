using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A server of plain bytes: says its banner at once, if it has one, then returns what it gets.</summary>
internal sealed class TcpServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener;
    private readonly Task _accepting;

    private TcpServer(Socket listener, string banner)
    {
        _listener = listener;
        _accepting = AcceptAsync(banner);
    }

    public static TcpServer Start(Pod pod, int port, string banner = "", IPAddress? address = null)
        => new(pod.Namespace.Listen(new IPEndPoint(address ?? IPAddress.Any, port)), banner);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync(string banner)
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptAsync(_stop.Token), banner);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket connection, string banner)
    {
        using (connection)
        {
            try
            {
                var buffer = new byte[65536];
                await connection.SendAsync(Encoding.ASCII.GetBytes(banner), _stop.Token);
                int read;
                while ((read = await connection.ReceiveAsync(buffer, _stop.Token)) > 0)
                    await connection.SendAsync(buffer.AsMemory(0, read), _stop.Token);
                connection.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The peer or the test is gone.
            }
        }
    }
}
