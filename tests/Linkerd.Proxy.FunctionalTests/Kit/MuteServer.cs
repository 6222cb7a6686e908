using System.Net;
using System.Net.Sockets;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A server that reads everything and answers nothing, or answers without end.</summary>
internal sealed class MuteServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener;
    private readonly Task _accepting;

    private MuteServer(Socket listener, bool floods)
    {
        _listener = listener;
        _accepting = AcceptAsync(floods);
    }

    public static MuteServer Start(Pod pod, int port, bool floods = false) => new(pod.Namespace.Listen(new IPEndPoint(IPAddress.Any, port)), floods);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync(bool floods)
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptAsync(_stop.Token);
                _ = ReadAsync(connection);
                if (floods)
                    _ = FloodAsync(connection);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ReadAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                var buffer = new byte[65536];
                while (await connection.ReceiveAsync(buffer, _stop.Token) > 0)
                {
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The peer or the test is gone.
            }
        }
    }

    private async Task FloodAsync(Socket connection)
    {
        try
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), _stop.Token);
            var block = new byte[65536];
            while (true)
                await connection.SendAsync(block, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The peer or the test is gone.
        }
    }
}
