using System.Net.WebSockets;

namespace Linkerd.Kubernetes;

/// <summary>Ends a WebSocket politely, but never waits long for the other side.</summary>
internal static class WebSocketCloser
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public static async Task CloseAsync(WebSocket socket)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        using var limit = new CancellationTokenSource(s_patience);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The connection is gone already, which is what was wanted.
        }
    }
}
